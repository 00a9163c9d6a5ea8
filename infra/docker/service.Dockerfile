# One file for every service. Its context is dist/images/<service>, which tools/scripts/stage.mjs lays out:
#   docker build --platform linux/arm64 -f infra/docker/service.Dockerfile dist/images/chat-service
# Not run here: this machine has no Docker daemon. The digests of the base images could not be looked up; pin them with
# `docker buildx imagetools inspect <image>` (Renovate then keeps them).
# syntax=docker/dockerfile:1

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are the Node of a developer's machine: the image has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

# Its packages: node tools/scripts/sbom.mjs. With the system's own: docker buildx build --sbom=true --provenance=true.
FROM node:24.21.0-bookworm-slim AS service
# Lets the same image run as a Lambda function; on ECS nothing starts it.
COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY dist ./dist
USER 1000:1000
STOPSIGNAL SIGTERM
# Node itself, not npm, so that SIGTERM arrives.
CMD ["node", "--enable-source-maps", "dist/main.js"]
