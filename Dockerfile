# syntax=docker/dockerfile:1
# docker build -t karyon . && docker run --rm -v "$PWD":/data karyon run /data/movie -o /data/results

FROM node:22-bookworm-slim AS build
WORKDIR /karyon
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# onnxruntime-node brings the libraries of all platforms; browsers' runtimes and sources are not needed here.
RUN platform=$(node -p 'process.platform + "/" + process.arch') \
  && cd node_modules/onnxruntime-node/bin/napi-v6 \
  && mkdir /kept && cp -r --parents "$platform" /kept && rm -rf ./* && cp -r /kept/. . \
  && cd /karyon && rm -rf node_modules/onnxruntime-web \
  && find node_modules dist -name '*.map' -delete

FROM node:22-bookworm-slim
COPY --from=build /karyon/package.json /karyon/LICENSE /karyon/
COPY --from=build /karyon/bin /karyon/bin
COPY --from=build /karyon/dist /karyon/dist
COPY --from=build /karyon/node_modules /karyon/node_modules
RUN ln -s /karyon/bin/karyon.js /usr/local/bin/karyon
USER node
WORKDIR /data
ENTRYPOINT ["karyon"]
