# Dependencies come before the sources, so that a change of the sources does not install them again.
FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has a Node of its own: the one in the lockfile, for other machines, stays out.
RUN npm ci --omit=dev && npm cache clean --force && rm -rf node_modules/node-linux-* node_modules/.bin/node

# The product, which also runs inside the sandbox.
FROM node:24.21.0-slim AS product
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
# The embedded PostgreSQL refuses to run as root, and the service does not need it either.
USER node
STOPSIGNAL SIGTERM

# `--target sandbox`: the product with a fake Discord and a fake Mochi around it. Its health check is in docker-compose.yml.
FROM product AS sandbox
COPY sandbox ./sandbox
EXPOSE 4000
CMD ["node", "--require", "./src/launch.cjs", "--disable-warning=ExperimentalWarning", "sandbox/main.ts"]

# The service is the last stage: a build without a target makes it.
FROM product AS service
ENV HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data
USER root
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The same settings of memory as in package.json.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=50", "--require", "./src/launch.cjs", "src/main.ts"]
