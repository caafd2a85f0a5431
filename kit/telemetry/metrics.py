"""The metric contract of the chassis: every object, its labels and its meaning (docs/metrics.md).

Names follow OpenTelemetry in Prometheus' spelling. Labels are finite: never an id, path or address.
A service declares its business figures beside its jobs, in `services/<name>/metrics.py`.
"""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# When a label was first seen helps nobody, and would be a third of each scrape.
disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client has no type for it

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Seconds, for everything a person or a caller waits for."""
LAG_BUCKETS = (*BUCKETS, 30, 60)
"""Seconds, for events; the objective "99 % handled within 30 s" reads the bucket 30."""
LOOP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""Seconds, for a loop that should never wait."""


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(name, meaning, labels)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(name, meaning, labels)


def _histogram(
    name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = BUCKETS
) -> Histogram:
    return Histogram(name, meaning, labels, buckets=buckets)


HTTP_DURATION = _histogram(
    "http_server_request_duration_seconds",
    "Time from an HTTP request to the end of its answer.",
    "http_request_method",
    "http_route",
    "http_response_status_code",
)
HTTP_ACTIVE = _gauge(
    "http_server_active_requests", "HTTP requests being answered.", "http_request_method"
)

RPC_SERVER_DURATION = _histogram(
    "rpc_server_call_duration_seconds",
    "Time that a gRPC call took in this process.",
    "rpc_method",
    "rpc_status_code",
)
RPC_SERVER_ACTIVE = _gauge("rpc_server_active_calls", "gRPC calls being answered.", "rpc_method")
RPC_CLIENT_DURATION = _histogram(
    "rpc_client_call_duration_seconds",
    "Time until another service answered a gRPC call.",
    "rpc_method",
    "rpc_status_code",
    "peer_service",
)

CLOCK_SKEW = _gauge(
    "crm_context_clock_skew_seconds",
    "By how much a caller's clock was last seen ahead of ours, or (below 0) behind it, at least.",
    "issuer",
)
TOKENS_OUT_OF_TIME = _counter(
    "crm_context_tokens_out_of_time_total",
    "Calls refused because the clocks of caller and callee differ.",
    "issuer",
)

DB_DURATION = _histogram(
    "db_client_operation_duration_seconds",
    "Time that a statement took.",
    "db_operation_name",
    "db_collection_name",
)
DB_CONNECTIONS = _gauge(
    "db_client_connection_count", "Connections of the pool, used and idle.", "state"
)
DB_CONNECTIONS_MAX = _gauge("db_client_connection_max", "Connections that the pool may open.")
DB_WAITING = _gauge("db_client_connection_pending_requests", "Callers waiting for a connection.")
DB_WAIT = _histogram(
    "db_client_connection_wait_time_seconds", "Time that callers waited for a connection."
)
DB_TIMEOUTS = _counter(
    "db_client_connection_timeouts_total", "Callers who got no connection in time."
)

DEPENDENCY_UP = _gauge(
    "crm_dependency_up", "Whether a store answered when it was last asked, 0 or 1.", "dependency"
)

OUTBOX_PENDING = _gauge(
    "crm_outbox_pending", "Events written and not yet acknowledged by the stream.", "service"
)
OUTBOX_OLDEST = _gauge(
    "crm_outbox_oldest_age_seconds",
    "Age of the oldest such event; 0 when there is none.",
    "service",
)
OUTBOX_PUBLISHED = _counter(
    "crm_outbox_published_total", "Events that the stream acknowledged.", "event"
)
OUTBOX_FAILURES = _counter(
    "crm_outbox_publish_failures_total", "Attempts to publish that failed.", "event"
)
OUTBOX_RESTORED = _counter(
    "crm_outbox_restored_total",
    "Events published again because the stream had lost them.",
    "stream",
)

EVENTS_PROCESSED = _counter(
    "crm_events_processed_total",
    "Deliveries by what became of them: ok, duplicate, retry or parked.",
    "consumer",
    "event",
    "outcome",
)
EVENT_DURATION = _histogram(
    "crm_event_process_duration_seconds",
    "Time that handling an event took, its transaction included.",
    "consumer",
    "event",
)
EVENT_LAG = _histogram(
    "crm_event_lag_seconds",
    "Age of an event when its handler first saw it.",
    "consumer",
    buckets=LAG_BUCKETS,
)
REFERENCES_LAG = _gauge(
    "crm_references_lag_seconds",
    "Age of the newest change of what is referred to when its copy had taken it in; 0 when idle.",
    "consumer",
)
REFERENCES_DIFFERENT = _counter(
    "crm_references_different_total",
    "Copies that were not as their owner had them when they were compared.",
)
BIN_RECORDS = _gauge("crm_bin_records", "Deleted records that may still be restored.", "entity")
BIN_ERASED = _counter(
    "crm_bin_erased_total", "Records erased for good after their time in the bin.", "entity"
)
CONSUMER_PENDING = _gauge(
    "crm_consumer_pending", "Events not yet delivered to the consumer.", "stream", "consumer"
)
CONSUMER_ACK_PENDING = _gauge(
    "crm_consumer_ack_pending", "Events delivered and not acknowledged.", "stream", "consumer"
)
CONSUMER_REDELIVERED = _gauge(
    "crm_consumer_redelivered", "Events waiting that were delivered before.", "stream", "consumer"
)
CONSUMER_HEARTBEAT = _gauge(
    "crm_consumer_loop_heartbeat_timestamp_seconds",
    "When the consumer's loop last came round.",
    "consumer",
)
DEAD_LETTERS = _gauge("crm_dead_letters", "Events parked now, waiting for a person.", "consumer")
# It only rises, so `increase()` reads it as a counter; declared as one, prometheus-client would put
# it into one family with the gauge above and refuse the pair.
DEAD_LETTERS_TOTAL = _gauge("crm_dead_letters_total", "Events parked since the start.", "consumer")
STREAM_BYTES = _gauge("crm_stream_bytes", "Bytes that the stream holds.", "stream")
STREAM_LIMIT = _gauge("crm_stream_limit_bytes", "Bytes that the stream may hold.", "stream")
STREAM_MESSAGES = _gauge("crm_stream_messages", "Messages that the stream holds.", "stream")

CACHE_REQUESTS = _counter(
    "crm_cache_requests_total", "Look-ups by outcome: hit, miss or error.", "cache", "outcome"
)
RATELIMIT_REJECTED = _counter(
    "crm_ratelimit_rejected_total", "Requests refused by a rate limit.", "policy"
)
DENIED = _counter(
    "crm_authorization_denied_total",
    "Calls refused for want of a right.",
    "entity",
    "action",
)

IMPORT_FAULTS = _counter(
    "crm_import_faults_total",
    "Lines of imports rejected for a fault of ours, which the log has under its reference.",
    "entity",
)

BULK_ROWS = _counter(
    "crm_bulk_rows_total",
    "Records that bulks went through, by what became of them: changed, unchanged or refused.",
    "entity",
    "outcome",
)
BULK_FAULTS = _counter(
    "crm_bulk_faults_total",
    "Records that bulks left for a fault of ours, which the log has under its reference.",
    "entity",
)

EXPORTS = _counter(
    "crm_exports_total",
    "Files given out by how they ended: done, cancelled or failed.",
    "entity",
    "format",
    "outcome",
)
EXPORTED_ROWS = _counter(
    "crm_exported_rows_total", "Records that left in files.", "entity", "format"
)

FILE_BYTES = _gauge(
    "crm_file_bytes", "Room that the files on records take, with all their versions.", "entity"
)
FILE_BYTES_MOVED = _counter(
    "crm_file_bytes_moved_total",
    "Bytes of files that came in and went out, by direction: in or out.",
    "entity",
    "direction",
)
FILES_ERASED = _counter(
    "crm_file_contents_erased_total",
    "Contents erased that were nobody's: of files that are gone, and of uploads that broke off.",
)

MAIL_LETTERS = _counter(
    "crm_mail_letters_total",
    "Letters handed to the mail server by what became of them: sent, retry or given_up.",
    "kind",
    "outcome",
)
MAIL_WAITING = _gauge("crm_mail_waiting", "Letters that no mail server has taken yet.")
MAIL_GIVEN_UP = _gauge("crm_mail_given_up", "Letters given up, waiting for a person.")

JOB_RUNS = _counter("crm_jobs_runs_total", "Runs of a timed task.", "task", "outcome")
JOB_DURATION = _histogram("crm_job_duration_seconds", "Time that a timed task took.", "task")
JOB_LAST_SUCCESS = _gauge(
    "crm_job_last_success_timestamp_seconds", "When a timed task last ended well.", "task"
)

LOG_LINES_LOST = _counter(
    "crm_log_lines_lost_total", "Lines that could not be written, as on a full disk."
)
SCHEMA_REVISION = _gauge(
    "crm_schema_revision_info",
    "Always 1: the database's revision and the one that this code needs.",
    "revision",
    "required",
)
BUILD = _gauge("crm_build_info", "Always 1: what is running.", "version", "commit", "python")
LOOP_LAG = _histogram(
    "crm_event_loop_lag_seconds",
    "How late the event loop woke a sleeper: time that something blocked it.",
    buckets=LOOP_BUCKETS,
)
