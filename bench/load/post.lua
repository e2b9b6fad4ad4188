-- Static, so wrk builds the request once and runs no Lua while it measures.
wrk.method = "POST"
wrk.body = "{}"
wrk.headers["Content-Type"] = "application/json"
