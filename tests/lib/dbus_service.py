#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# dbus_service.py - org.sbx.Test: Put(h) writes into the descriptor it gets,
# Get() -> h answers with a descriptor to read from.  Prints each call.
import os
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib


class Service(dbus.service.Object):
    @dbus.service.method("org.sbx.Test", in_signature="h", out_signature="")
    def Put(self, fd):
        print("put", flush=True)
        with os.fdopen(fd.take(), "w") as pipe:
            pipe.write("into your descriptor\n")

    @dbus.service.method("org.sbx.Test", in_signature="", out_signature="h")
    def Get(self):
        print("get", flush=True)
        r, w = os.pipe()
        os.write(w, b"from my descriptor\n")
        os.close(w)
        fd = dbus.types.UnixFd(r)
        os.close(r)
        return fd


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])
name = dbus.service.BusName("org.sbx.Test", bus)
Service(bus, "/org/sbx/Test")
print("ready", flush=True)
GLib.MainLoop().run()
