# The Cronofy simulator for a container: docker build -t cronofy-simulator . && docker run -p 7080:7080 cronofy-simulator
FROM python:3.12-slim

COPY pyproject.toml README.md LICENSE /source/
COPY cronofy_cli /source/cronofy_cli
COPY completions /source/completions
COPY man /source/man
RUN pip install --no-cache-dir /source && rm -rf /source && useradd --create-home --uid 10001 cronofy

USER cronofy
WORKDIR /home/cronofy
EXPOSE 7080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD \
    python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7080/simulator', timeout=2)"

# Other containers name it by its service: `cronofy` here; add --host NAME for another one.
ENTRYPOINT ["cronofy", "simulator", "run", "--bind", "0.0.0.0", "--host", "cronofy"]
