"""Every route with the roles that may call it: a line here for each line of the URLconf."""

# Columns: anonymous, user, monitoring, operator, admin. Y passes, 1 is 401, 3 is 403. `strict` has the same columns
# where STRICT_ROLES is on, if it narrows them.
# Source: "Authorization (Role-Based)" and the notes on each endpoint, service specification.
MATRIX = """
E1   GET     /health                                           Y Y Y Y Y
E2   GET     /health/{service}                                 1 Y Y Y Y
E3   GET     /health/services/all                              1 Y Y Y Y
E4   GET     /health/dependencies                              1 Y Y Y Y
-    GET     /heartbeat/{key}                                     Y Y Y Y Y
-    POST    /heartbeat/{key}                                     Y Y Y Y Y
-    GET     /heartbeat/{key}/start                               Y Y Y Y Y
-    POST    /heartbeat/{key}/start                               Y Y Y Y Y
-    GET     /heartbeat/{key}/fail                                Y Y Y Y Y
-    POST    /heartbeat/{key}/fail                                Y Y Y Y Y
-    GET     /heartbeat/{key}/{exit_code}                         Y Y Y Y Y
-    POST    /heartbeat/{key}/{exit_code}                         Y Y Y Y Y
E5   GET     /api/v1/monitoring/metrics                        1 Y Y Y Y
E6   GET     /api/v1/monitoring/metrics/latest                 1 Y Y Y Y
E7   GET     /api/v1/monitoring/metrics/service/{service}      1 Y Y Y Y
E8   POST    /api/v1/monitoring/metrics                        1 3 Y 3 Y
E9   GET     /api/v1/monitoring/metrics/export                 Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/metrics/cardinality            1 3 Y Y Y
-    GET     /api/v1/monitoring/metrics/samples                1 Y Y Y Y
E10  GET     /api/v1/monitoring/alerts                         1 Y Y Y Y
E11  GET     /api/v1/monitoring/alerts/{alert_id}              1 Y Y Y Y
E12  POST    /api/v1/monitoring/alerts/{alert_id}/acknowledge  1 3 3 Y Y
E13  POST    /api/v1/monitoring/alerts/{alert_id}/resolve      1 3 3 Y Y
-    POST    /api/v1/monitoring/alerts/{alert_id}/unacknowledge 1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/contacts                 1 3 3 Y Y
-    POST    /api/v1/monitoring/alerts/contacts                 1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/contacts/{contact_id}    1 3 3 Y Y
-    PUT     /api/v1/monitoring/alerts/contacts/{contact_id}    1 3 3 3 Y
-    DELETE  /api/v1/monitoring/alerts/contacts/{contact_id}    1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/escalation-policies      1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/escalation-policies      1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/escalation-policies/{policy_id} 1 Y Y Y Y
-    PUT     /api/v1/monitoring/alerts/escalation-policies/{policy_id} 1 3 3 3 Y
-    DELETE  /api/v1/monitoring/alerts/escalation-policies/{policy_id} 1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/rotations                1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/rotations                1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/rotations/{rotation_id}  1 Y Y Y Y
-    PUT     /api/v1/monitoring/alerts/rotations/{rotation_id}  1 3 3 3 Y
-    DELETE  /api/v1/monitoring/alerts/rotations/{rotation_id}  1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/rotations/{rotation_id}/on-call   1 Y Y Y Y
-    GET     /api/v1/monitoring/alerts/rotations/{rotation_id}/overrides 1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/rotations/{rotation_id}/overrides 1 3 3 Y Y
E14  GET     /api/v1/monitoring/alerts/history                 1 Y Y Y Y
E15  GET     /api/v1/monitoring/alerts/rules                   1 Y Y Y Y
E16  POST    /api/v1/monitoring/alerts/rules                   1 3 3 3 Y
E17  GET     /api/v1/monitoring/alerts/rules/{rule_id}         1 Y Y Y Y
E17  PUT     /api/v1/monitoring/alerts/rules/{rule_id}         1 3 3 3 Y
E17  PATCH   /api/v1/monitoring/alerts/rules/{rule_id}         1 3 3 3 Y
E18  DELETE  /api/v1/monitoring/alerts/rules/{rule_id}         1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/channels                1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/channels/{name}/test    1 3 3 Y Y
-    POST    /api/v1/monitoring/slack/actions                  Y Y Y Y Y
-    POST    /api/v1/monitoring/twilio/status                  Y Y Y Y Y
-    POST    /api/v1/monitoring/alerts/rules/backtest          1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/rules/backtests         1 Y Y Y Y
-    GET     /api/v1/monitoring/alerts/rules/backtests/{backtest_id} 1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/rules/{rule_id}/simulate 1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/rules/{rule_id}/versions      1 Y Y Y Y
-    GET     /api/v1/monitoring/alerts/rules/{rule_id}/versions/diff 1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/rules/{rule_id}/rollback      1 3 3 3 Y
-    GET     /api/v1/monitoring/alerts/hidden                  1 Y Y Y Y
-    GET     /api/v1/monitoring/alerts/silences                1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/silences                1 3 3 Y Y
-    POST    /api/v1/monitoring/alerts/silences/preview        1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/silences/{silence_id}   1 Y Y Y Y
-    PATCH   /api/v1/monitoring/alerts/silences/{silence_id}   1 3 3 Y Y
-    DELETE  /api/v1/monitoring/alerts/silences/{silence_id}   1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/windows                 1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/windows                 1 3 3 Y Y
-    POST    /api/v1/monitoring/alerts/windows/preview         1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/windows/{window_id}     1 Y Y Y Y
-    PATCH   /api/v1/monitoring/alerts/windows/{window_id}     1 3 3 Y Y
-    DELETE  /api/v1/monitoring/alerts/windows/{window_id}     1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/dependencies            1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/dependencies            1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/dependencies/{dependency_id} 1 Y Y Y Y
-    PATCH   /api/v1/monitoring/alerts/dependencies/{dependency_id} 1 3 3 Y Y
-    DELETE  /api/v1/monitoring/alerts/dependencies/{dependency_id} 1 3 3 Y Y
-    GET     /api/v1/monitoring/alerts/noise                   1 Y Y Y Y
-    POST    /api/v1/monitoring/alerts/noise/{rule_id}/proof   1 3 3 Y Y
-    GET     /api/v1/monitoring/services                       1 Y Y Y Y
-    POST    /api/v1/monitoring/services                       1 3 3 3 Y
-    GET     /api/v1/monitoring/services/{name}                1 Y Y Y Y
-    PUT     /api/v1/monitoring/services/{name}                1 3 3 3 Y
-    PATCH   /api/v1/monitoring/services/{name}                1 3 3 3 Y
-    DELETE  /api/v1/monitoring/services/{name}                1 3 3 3 Y
-    GET     /api/v1/monitoring/services/{name}/history        1 Y Y Y Y
-    GET     /api/v1/monitoring/services/{name}/flips          1 Y Y Y Y
-    POST    /api/v1/monitoring/services/{name}/probe          1 3 3 Y Y
-    POST    /api/v1/monitoring/services/{name}/heartbeat-key  1 3 3 3 Y
E19  GET     /api/v1/monitoring/dashboard/overview             1 Y Y Y Y
E20  GET     /api/v1/monitoring/dashboard/sla                  1 Y Y Y Y
-    GET     /api/v1/monitoring/slos                           1 Y Y Y Y
-    POST    /api/v1/monitoring/slos                           1 3 3 3 Y
-    GET     /api/v1/monitoring/slos/{slo_id}                  1 Y Y Y Y
-    PUT     /api/v1/monitoring/slos/{slo_id}                  1 3 3 3 Y
-    PATCH   /api/v1/monitoring/slos/{slo_id}                  1 3 3 3 Y
-    DELETE  /api/v1/monitoring/slos/{slo_id}                  1 3 3 3 Y
-    GET     /api/v1/monitoring/slos/{slo_id}/history          1 Y Y Y Y
E22  GET     /api/v1/monitoring/dashboard/business             1 Y Y Y Y  strict=133YY
E23  GET     /api/v1/monitoring/dashboard/incidents            1 Y Y Y Y
-    GET     /api/v1/monitoring/incidents                      1 Y Y Y Y
-    POST    /api/v1/monitoring/incidents                      1 3 3 Y Y
-    GET     /api/v1/monitoring/incidents/measures             1 Y Y Y Y
-    GET     /api/v1/monitoring/incidents/{incident_id}        1 Y Y Y Y
-    PATCH   /api/v1/monitoring/incidents/{incident_id}        1 3 3 Y Y
-    POST    /api/v1/monitoring/incidents/{incident_id}/notes  1 3 3 Y Y
-    GET     /api/v1/monitoring/incidents/{incident_id}/timeline   1 Y Y Y Y
-    GET     /api/v1/monitoring/incidents/{incident_id}/postmortem 1 Y Y Y Y
E29  GET     /api/v1/monitoring/grafana                        Y Y Y Y Y  scraper
E29  GET     /api/v1/monitoring/grafana/                       Y Y Y Y Y  scraper
E30  POST    /api/v1/monitoring/grafana/search                 Y Y Y Y Y  scraper
E31  POST    /api/v1/monitoring/grafana/query                  Y Y Y Y Y  scraper
E32  POST    /api/v1/monitoring/grafana/annotations            Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/grafana/metrics                Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/grafana/metric-payload-options Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/grafana/variable               Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/grafana/tag-keys               Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/grafana/tag-values             Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/prometheus/api/v1/write        1 3 Y 3 Y  protobuf
-    POST    /api/v1/monitoring/influx/write                   1 3 Y 3 Y
-    POST    /api/v1/monitoring/influx/api/v2/write            1 3 Y 3 Y
-    GET     /api/v1/monitoring/influx/ping                    Y Y Y Y Y
-    POST    /api/v1/monitoring/otlp/v1/metrics                1 3 Y 3 Y
-    GET     /api/v1/monitoring/prometheus/api/v1/query             Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/prometheus/api/v1/query             Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/query_range       Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/prometheus/api/v1/query_range       Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/query_exemplars   Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/prometheus/api/v1/query_exemplars   Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/series            Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/prometheus/api/v1/series            Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/labels            Y Y Y Y Y  scraper
-    POST    /api/v1/monitoring/prometheus/api/v1/labels            Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/label/{name}/values Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/metadata          Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/status/buildinfo  Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/rules             Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/prometheus/api/v1/alerts            Y Y Y Y Y  scraper
-    GET     /api/v1/monitoring/notifications                  1 3 3 Y Y
-    GET     /api/v1/monitoring/notifications/ledger/verify    1 3 3 Y Y
-    GET     /api/v1/monitoring/notifications/{notification_id} 1 3 3 Y Y
-    GET     /api/v1/monitoring/reports                        1 Y Y Y Y
-    POST    /api/v1/monitoring/reports                        1 3 3 Y Y
-    GET     /api/v1/monitoring/reports/{report_id}            1 Y Y Y Y
-    DELETE  /api/v1/monitoring/reports/{report_id}            1 3 3 3 Y
-    POST    /api/v1/monitoring/reports/{report_id}/again      1 3 3 Y Y
-    GET     /api/v1/monitoring/reports/{report_id}/files/{file_format} 1 Y Y Y Y
-    GET     /api/v1/monitoring/report-subscriptions           1 3 3 Y Y
-    POST    /api/v1/monitoring/report-subscriptions           1 3 3 Y Y
-    GET     /api/v1/monitoring/report-subscriptions/{subscription_id} 1 3 3 Y Y
-    PATCH   /api/v1/monitoring/report-subscriptions/{subscription_id} 1 3 3 Y Y
-    DELETE  /api/v1/monitoring/report-subscriptions/{subscription_id} 1 3 3 Y Y
E33  GET     /cache/stats                                      1 Y Y Y Y
E34  DELETE  /cache/flush                                      1 3 3 3 Y
E35  GET     /status                                           Y Y Y Y Y
-    GET     /livez                                            Y Y Y Y Y
-    GET     /readyz                                           Y Y Y Y Y
E21  GET     /api/v1/monitoring/dashboard/performance          1 Y Y Y Y
-    POST    /api/v1/monitoring/performance                    1 3 Y 3 Y
-    GET     /api/v1/monitoring/performance/slow               1 Y Y Y Y
-    GET     /status-page                                      Y Y Y Y Y
-    GET     /status-page.json                                 Y Y Y Y Y
-    GET     /status-page/feed.rss                             Y Y Y Y Y
-    GET     /status-page/feed.atom                            Y Y Y Y Y
-    GET     /status-page/badge.svg                            Y Y Y Y Y
-    GET     /status-page/badge/{service}.svg                  Y Y Y Y Y
-    GET     /status-page/history                              Y Y Y Y Y
-    GET     /status-page/incidents/{incident_id}              Y Y Y Y Y
-    GET     /api/v1/monitoring/status-page/incidents          1 3 3 Y Y
-    POST    /api/v1/monitoring/status-page/incidents          1 3 3 Y Y
-    GET     /api/v1/monitoring/status-page/incidents/{incident_id} 1 3 3 Y Y
-    PATCH   /api/v1/monitoring/status-page/incidents/{incident_id} 1 3 3 Y Y
-    DELETE  /api/v1/monitoring/status-page/incidents/{incident_id} 1 3 3 3 Y
-    POST    /api/v1/monitoring/status-page/incidents/{incident_id}/updates 1 3 3 Y Y
-    PATCH   /api/v1/monitoring/status-page/incidents/{incident_id}/updates/{update_id} 1 3 3 Y Y
-    DELETE  /api/v1/monitoring/status-page/incidents/{incident_id}/updates/{update_id} 1 3 3 Y Y
"""
