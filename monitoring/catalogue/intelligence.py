"""Blockchain, fraud and learning models.

Source: "Blockchain Metrics", "Fraud Detection Metrics" and "ML/AI Metrics", service specification.
"""

from monitoring.catalogue.spec import counter, gauge, histogram

BLOCKCHAIN = (
    gauge("blockchain_gas_price_gwei", "gwei", "Gas price of the network.", "network"),
    gauge(
        "blockchain_pending_transactions",
        "transactions",
        "Transactions not yet confirmed.",
        "network",
    ),
    gauge("blockchain_nft_mints_pending", "mints", "NFT mints not yet confirmed.", "blockchain"),
    gauge("blockchain_nft_mints_failed", "mints", "NFT mints that failed.", "blockchain"),
    counter("nft_minted_total", "mints", "NFTs minted.", "collection", "status"),
    histogram(
        "solana_transaction_time_ms",
        "milliseconds",
        "Time until a Solana transaction is confirmed.",
        "type",
        buckets=(1_000, 2_000, 5_000, 10_000, 20_000, 30_000),
    ),
    counter("solana_errors_total", "errors", "Solana transactions that failed.", "error_type"),
)

FRAUD = (
    gauge("fraud_bot_attempts", "attempts", "Attempts that look like a bot's, current count."),
    gauge("fraud_scalper_patterns", "patterns", "Scalper patterns detected, current count."),
    gauge("fraud_suspicious_ips", "addresses", "Suspicious IP addresses, current count."),
    gauge("fraud_velocity_violations", "violations", "Velocity violations, current count."),
    gauge("fraud_blocked_count", "attempts", "Fraud attempts that were blocked, current count."),
    gauge(
        "fraud_detection_accuracy",
        "percent",
        "Share of fraud decisions that labelled outcomes confirm; absent until there are labels.",
    ),
)

LEARNING = (
    counter(
        "anomaly_detections_total",
        "anomalies",
        "Anomalies detected.",
        "metric_name",
        "severity",
    ),
    gauge("ml_model_accuracy", "", "Measured accuracy of a learning model.", "model_name"),
    histogram(
        "ml_prediction_latency_ms",
        "milliseconds",
        "Duration of predictions.",
        "model_name",
        buckets=(1, 5, 10, 25, 50, 100, 250, 500, 1_000),
    ),
)
