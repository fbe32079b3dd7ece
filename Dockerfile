# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches outlive this build, so that the next one compiles only what changed.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && \
    cp target/release/chunkgate /usr/local/bin/chunkgate

FROM debian:bookworm-slim
# The programs of Postgres, for a gateway without database.url; it makes its own cluster, so Debian must make none.
# Ghostscript makes the images of faxes.
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates postgresql-common && \
    sed -Ei 's/^#?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf && \
    apt-get install -y --no-install-recommends postgresql-15 ghostscript && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/chunkgate --create-home --shell /usr/sbin/nologin chunkgate
COPY --from=build /usr/local/bin/chunkgate /usr/local/bin/chunkgate

USER chunkgate
# Clients reach a container only through its own address. The operators' port stays inside unless it is published.
ENV CHUNKGATE__SERVER__LISTEN=0.0.0.0:8080 \
    CHUNKGATE__ADMIN__LISTEN=0.0.0.0:8081 \
    CHUNKGATE__SERVER__DATA_DIR=/var/lib/chunkgate \
    CHUNKGATE__LOG__FORMAT=json
VOLUME /var/lib/chunkgate
EXPOSE 8080 8081
# Ready means: Postgres and the content store answer. bash speaks TCP itself, so the image needs no HTTP client.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081 && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r answer <&3 && [[ $answer == *' 200 '* ]]"]
ENTRYPOINT ["chunkgate"]
CMD ["serve"]
