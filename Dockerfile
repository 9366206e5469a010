# The image that the Jobs run: both programs and PostgreSQL's client tools on Debian 12, no compiler, no root.
FROM debian:12-slim AS build
COPY tools/deps /src/tools/deps
RUN apt-get update && /src/tools/deps build
COPY . /src
WORKDIR /src
RUN cmake --preset release -DWINDLASS_TESTS=OFF \
 && cmake --build --preset release \
 && install -D --strip -t /out/usr/local/bin build/release/generator/windlass build/release/hook/windlass-hook

FROM debian:12-slim
# pg_dump and pg_restore must not be older than the server: for one above 15 take PostgreSQL's own packages.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates postgresql-client-15 \
      libpqxx-6.4 libyaml-cpp0.7 libspdlog1.10 libfmt9 libssl3 libdeflate0 libzstd1 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out /
COPY LICENSE /usr/share/doc/windlass/LICENSE
RUN windlass-hook --version && windlass --version
USER 65532:65532
ENTRYPOINT ["windlass-hook"]
