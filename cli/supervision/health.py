"""Whether a process answers: services say so by gRPC health, the gateway on its ops port."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.components.ports import LOOPBACK
from cli.local.state import ProcessState

PATIENCE_SECONDS = 2.0


def is_ready(process: ProcessState) -> bool:
    if process.name == "gateway":
        return _answers_http(process.ops_port, "/readyz")
    return _answers_grpc(f"{LOOPBACK}:{process.port}")


def _answers_http(port: int | None, path: str) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def _answers_grpc(address: str) -> bool:
    # A shared connection would back off after the first refusal and hide that the server is up.
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(address, options=options) as channel:
        request = health_pb2.HealthCheckRequest(service="readiness")
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=PATIENCE_SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
