# The server in a container. docs/container.md tells how to run it and why it runs as uid 0.
#
# NODE_IMAGE is any Debian 12 with Node and npm; .ci/image.mjs makes one where no registry is reached.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    busybox-static g++ libprotozero-dev make python3 tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node .ci/prepack.mjs \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && deploy/image-root.sh /image

# Nothing of Debian but what node and tini link against: no package manager, no compiler.
FROM scratch
COPY --from=build /image/ /
ENV NODE_ENV=production PTRACED_SERVER=unix:/run/ptraced/ptraced.sock \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# The only place that is written to: the rest of the root may be read-only.
VOLUME /run/ptraced
WORKDIR /
# Capabilities that are added to a container come into effect for uid 0 alone.
USER 0:0
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["/opt/ptraced/dist/bin/ptraced-healthcheck"]
# tini reaps tracees that outlive their parents. -s: in the process namespace of another container it is
# not process 1, and becomes the subreaper of what the server launches.
ENTRYPOINT ["tini", "-s", "--", "ptraced"]
CMD ["--listen", "unix:/run/ptraced/ptraced.sock"]
