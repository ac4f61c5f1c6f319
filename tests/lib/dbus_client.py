#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# dbus_client.py - passes descriptors both ways through a bus at ADDRESS.
import os
import sys

import dbus
import dbus.bus

bus = dbus.bus.BusConnection(sys.argv[1])
proxy = bus.get_object("org.sbx.Test", "/org/sbx/Test")
test = dbus.Interface(proxy, "org.sbx.Test")
r, w = os.pipe()
test.Put(dbus.types.UnixFd(w))
os.close(w)
print(os.read(r, 100).decode(), end="")
print(os.read(test.Get().take(), 100).decode(), end="")
