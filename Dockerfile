# One image for every process of the full mode; docker-compose.yml says which command makes it what.
FROM python:3.13-slim AS packages
# `s3` brings what STORAGE_URL needs on top.
ARG REQUIREMENTS=app
COPY requirements/${REQUIREMENTS}.lock /the.lock
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /the.lock

# The editor of pages that several people write: bundled here, with what it is made of left behind.
FROM node:24-slim AS scripts
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY frontend/ ./
COPY static/js/ /app/static/js/
RUN node build.js

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app/platform:/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings DATA_DIR=/data STATIC_ROOT=/static
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin groups \
    && mkdir /data /static && chown groups:groups /data /static
# What pages are set in as PDF: most scripts of the world, in outlines that can be embedded.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-core fonts-noto-mono fonts-droid-fallback fonts-nanum \
    && rm -rf /var/lib/apt/lists/*
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
COPY --from=scripts /app/static/built/ static/built/
# Catalogues are compiled here once; no setting of the site is needed for it.
RUN MODE=embedded DATA_DIR=/tmp/build python manage.py compile_translations && rm -rf /tmp/build
USER groups
VOLUME ["/data", "/static"]
