-- An event that waits for an hour: what is measured is accepting it, not running it.
wrk.method = "POST"
wrk.body = "{}"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Fob-Delay-Ms"] = "3600000"
