# With Us in a container. Settings, database, engagements and backups lie in /withus, the key file in /keys: keep both.
# What is installed is requirements.lock and nothing else, each package by its hash.

FROM python:3.13-slim AS packages
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock

FROM python:3.13-slim
LABEL org.opencontainers.image.title="With Us" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --home-dir /withus --shell /usr/sbin/nologin withus \
 && install -d -o withus -g withus -m 700 /withus /keys
COPY --from=packages /venv /venv
COPY bot /app/bot
COPY conversations /app/conversations
COPY storage /app/storage
COPY emulator /app/emulator
COPY deploy/withus /usr/local/bin/withus
RUN ln -s /venv /app/.venv && chmod 755 /usr/local/bin/withus && /venv/bin/python -m compileall -q /app
# 8080 of every address: the container's own walls are the ones that count. Results pages are off then; the command is not.
ENV WITHUS_HOME=/app \
    WITHUS_STORAGE__KEYS=/keys/withus.keys \
    WITHUS_WEB__LISTEN=0.0.0.0:8080 \
    PYTHONDONTWRITEBYTECODE=1
USER withus
WORKDIR /withus
VOLUME ["/withus", "/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["/venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["withus"]
CMD ["run"]
