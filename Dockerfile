# The server in a container. docs/container.md tells how to run it and why it runs as uid 0.
#
# NODE_IMAGE is any Debian 12 with Node and npm; .ci/image.mjs makes one where no registry is reached.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ make python3 libprotozero-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node .ci/prepack.mjs \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
# tini reaps tracees that outlive their parents. -s: in the process namespace of another container it is
# not process 1, and becomes the subreaper of what the server launches.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/ptraced
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules/
COPY --from=build /build/prebuilds prebuilds/
COPY --from=build /build/dist dist/
COPY deploy/healthcheck.mjs deploy/
RUN chmod -R a-w /opt/ptraced \
  && ln -s /opt/ptraced/dist/main.js /usr/local/bin/ptraced \
  && ln -s /opt/ptraced/dist/bin/ptracectl /usr/local/bin/ptracectl

ENV NODE_ENV=production PTRACED_SERVER=unix:/run/ptraced/ptraced.sock
# The only place that is written to: the rest of the root may be read-only.
VOLUME /run/ptraced
WORKDIR /
# Capabilities that are added to a container come into effect for uid 0 alone.
USER 0:0
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "/opt/ptraced/deploy/healthcheck.mjs"]
ENTRYPOINT ["tini", "-s", "--", "ptraced"]
CMD ["--listen", "unix:/run/ptraced/ptraced.sock"]
