#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""systemd1.py BUS - as much of a service manager as systemd-run waits for.

Says "conn UNIT" for each unit that it is asked to start.
"""

import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

MANAGER = "org.freedesktop.systemd1.Manager"


class Manager(dbus.service.Object):
    jobs = 0

    @dbus.service.method(MANAGER, in_signature="ssa(sv)a(sa(sv))",
                         out_signature="o")
    def StartTransientUnit(self, name, _mode, _properties, _aux):
        print("conn", name, flush=True)
        self.jobs += 1
        job = dbus.ObjectPath(f"/org/freedesktop/systemd1/job/{self.jobs}")
        GLib.timeout_add(20, self.finish, self.jobs, job, name)
        return job

    @dbus.service.method(MANAGER, in_signature="", out_signature="")
    def Subscribe(self):
        pass

    @dbus.service.signal(MANAGER, signature="uoss")
    def JobRemoved(self, number, job, unit, result):
        pass

    def finish(self, number, job, name):
        self.JobRemoved(dbus.UInt32(number), job, name, "done")
        return False


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(sys.argv[1])
own = dbus.service.BusName("org.freedesktop.systemd1", bus)
Manager(bus, "/org/freedesktop/systemd1")
print("ready", flush=True)
GLib.MainLoop().run()
