def callme():
    print("Hello serverless world!")
    return 42
