# One organisation's node. The keys, node.toml and, with SQLite, the store lie in /node, which the host mounts.
#   docker build -t medledger-node .
FROM node:20.20.2-bookworm-slim AS assets
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
# What the pages load, each at the version and digest that was tested.
RUN npm ci --silent --no-progress --ignore-scripts --omit=dev --omit=optional

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /source
RUN python -m venv /opt/medledger
COPY scripts/locks/node.txt ./
# Every dependency at the version and digest that was tested.
RUN /opt/medledger/bin/pip install --no-cache-dir --require-hashes -r node.txt
COPY pyproject.toml README.md LICENSE ./
COPY ledger_node ledger_node
COPY registry_api registry_api
COPY scripts/assets.py scripts/
COPY --from=assets /source/node_modules node_modules
RUN python scripts/assets.py \
 && pip install --no-cache-dir hatchling==1.28.0 editables==0.5 \
 && pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/medledger/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.11.14-slim-bookworm
COPY --from=build /opt/medledger /opt/medledger
ENV PATH=/opt/medledger/bin:$PATH PYTHONDONTWRITEBYTECODE=1
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin medledger
USER 10001
WORKDIR /node
EXPOSE 8600
STOPSIGNAL SIGTERM
# Not ready is not dead: what restarts containers must look at /healthz, what sends them requests at this.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8600/readyz', timeout=4)"]
ENTRYPOINT ["medledger"]
CMD ["node", "run", "--config", "/node/node.toml"]
