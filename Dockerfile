# Two images: the Cronofy simulator, and `listen` beside an application (docs/containers.md).
#   docker build -t cronofy-simulator . && docker run -p 7080:7080 cronofy-simulator
#   docker build -t cronofy-listen --target listen .
FROM python:3.12-slim AS base

COPY pyproject.toml README.md LICENSE /source/
COPY cronofy_cli /source/cronofy_cli
COPY completions /source/completions
COPY man /source/man
RUN pip install --no-cache-dir "/source[postgres]" && rm -rf /source && useradd --create-home --uid 10001 cronofy

USER cronofy
WORKDIR /home/cronofy


FROM base AS listen

# A volume that is mounted here belongs to the user.
RUN mkdir --mode 700 sign-in
ENV CRONOFY_CONFIG_DIR=/home/cronofy/sign-in
EXPOSE 8080 8081
# A listener that stands by is alive too; which one gets notifications /healthz says.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD \
    python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/livez', timeout=2)"

ENTRYPOINT ["cronofy", "listen", "--bind", "0.0.0.0", "--port", "8080", "--health-port", "8081"]


FROM base AS simulator

EXPOSE 7080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD \
    python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7080/simulator', timeout=2)"

# Other containers name it by its service: `cronofy` here; add --host NAME for another one.
ENTRYPOINT ["cronofy", "simulator", "run", "--bind", "0.0.0.0", "--host", "cronofy"]
