"""The read API of Prometheus, which Grafana's stock data source speaks. Source: "HTTP API", Prometheus 2.42."""
