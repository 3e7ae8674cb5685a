# The service as an image: one image, every process; what it runs is said by the command.
FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.lock ./
RUN /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.12-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home learner-management \
    && mkdir -p /var/lib/learner-management \
    && chown learner-management: /var/lib/learner-management
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY src /app/src
COPY catalogue /app/catalogue
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app/src \
    PYTHONUNBUFFERED=1 \
    LEARNER_MANAGEMENT_CATALOGUE=/app/catalogue \
    LEARNER_MANAGEMENT_DATABASE=sqlite:////var/lib/learner-management \
    LEARNER_MANAGEMENT_KEYS=/var/lib/learner-management/master.key \
    LEARNER_MANAGEMENT_HOST=0.0.0.0
USER learner-management
VOLUME /var/lib/learner-management
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "cli.main"]
CMD ["serve"]
