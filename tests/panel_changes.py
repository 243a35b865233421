"""What the controls of a panel send, for tests."""


def set_to(key, value):
    return {"kind": "fixed", "key": key, "value": value}


def switch(driver, on):
    return {"kind": "driver", "key": driver, "value": on}
