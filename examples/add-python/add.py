def callme(param1, param2):
    if param1 and param2:
        return int(param1) + int(param2)
    return None
