# Worker and server of Holt in one image; docker-compose.yml says which of them a container runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
# The package's install script would fetch CUDA libraries; the CPU's library is in the package.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build:web && npm prune --omit=dev --no-audit --no-fund
# The worker runs as a user that can't write here, so its workflows are bundled now.
RUN node scripts/bundle.ts

FROM node:24-bookworm-slim
WORKDIR /app
# The commit, for the histories of runs: docker build --build-arg HOLT_BUILD=$(git rev-parse --short=12 HEAD)
ARG HOLT_BUILD=""
ENV NODE_ENV=production HOLT_HOME=/data HOLT_ARTIFACTS=/data/artifacts HOLT_BUILD=$HOLT_BUILD
COPY --from=build /app /app
RUN mkdir -p /data/artifacts && chown -R node:node /data
USER node
CMD ["node", "server/server.ts"]
