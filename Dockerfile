# One image per process: docker build --build-arg SERVICE=sales --tag localhost/rapport/sales:dev .
# It holds the kit, the contract, the room of that process and the libraries of its extra; nothing else.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ARG SERVICE
ENV PIP_CACHE_DIR=/var/cache/pip npm_config_cache=/var/cache/npm
WORKDIR /build
# Debian keeps one version of tini for the life of a release, and drops older builds of it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
COPY pyproject.toml requirements.lock ./
COPY requirements/node.lock requirements/
COPY k8s/lock.py k8s/
RUN --mount=type=cache,target=/var/cache/pip \
    test -n "$SERVICE" \
    && python3 -m venv /tools \
    && /tools/bin/python k8s/lock.py contract > contract.lock \
    && /tools/bin/pip install --no-deps --require-hashes --requirement contract.lock
RUN --mount=type=cache,target=/var/cache/pip \
    python3 -m venv --without-pip /opt/rapport \
    && /tools/bin/python k8s/lock.py dependencies "$SERVICE" > process.lock \
    && /tools/bin/pip --python /opt/rapport/bin/python \
        install --no-deps --require-hashes --requirement process.lock
COPY cli cli
COPY proto proto
RUN /tools/bin/python -c 'from cli.building import contract; contract.build()'
COPY gateway gateway
RUN --mount=type=cache,target=/var/cache/npm \
    if [ "$SERVICE" = gateway ]; then \
        /tools/bin/pip install --no-deps --require-hashes --requirement requirements/node.lock \
        && /tools/bin/python -m cli.building.assets \
        && rm -rf gateway/web/node_modules; \
    fi
COPY services services
COPY kit kit
# Compiled here, because the root of a running process is read-only.
RUN mkdir -p /app/proto /app/services \
    && mv kit /app/kit && mv proto/gen /app/proto/gen \
    && if [ "$SERVICE" = gateway ]; then \
        rm -r /app/services && mv gateway /app/gateway; \
    else \
        mv services/__init__.py "services/$SERVICE" /app/services/; \
    fi \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /app

FROM ${PYTHON}
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="rapport-${SERVICE}" \
      org.opencontainers.image.description="The ${SERVICE} process of Rapport, an open-source CRM" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# What installs software has no business where software runs.
RUN rm -rf /usr/local/lib/python3.11/site-packages/* /usr/local/bin/pip*
COPY --from=build /usr/bin/tini-static /usr/bin/tini
COPY --from=build /opt/rapport /opt/rapport
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/rapport/bin:$PATH \
    PYTHONPATH=/app:/app/proto/gen \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2
USER 10001:10001
# An early SIGTERM would be lost on a Python that is process 1. The module to run is named by whoever
# starts the image: `-m services.sales.main`, or `-m kit.database.migrate sales`.
ENTRYPOINT ["tini", "--", "python"]
