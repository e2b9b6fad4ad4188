-- One object of 1 MB, again and again.
wrk.method = "PUT"
wrk.body = string.rep("0123456789abcdef", 65536)
