#!/usr/bin/env python3
"""A real Kafka on loopback, one broker in a temporary folder, for tests and for trying things by hand.

    kafka.py install                       fetches Kafka's jars by Maven, once
    kafka.py [--password WORD] [--tls]     runs a broker until Ctrl-C; prints where it is

Maven's own settings (~/.m2/settings.xml: mirrors, proxies) say where the jars come from. They are kept in
ANCHORAGE_TEST_CACHE (else XDG_CACHE_HOME/anchorage-test, else ~/.cache/anchorage-test).
"""
import argparse
import base64
import concurrent.futures
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from redis import free_port  # noqa: E402

VERSION = "4.1.1"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
JARS = (("kafka_2.13", "org.apache.kafka", VERSION), ("slf4j-simple", "org.slf4j", "1.7.36"))
PROGRAMS = ("java", "kcat", "openssl", "setpriv")
READY_S, FETCH_S = 60.0, 500.0
USER, GUEST = "anchorage", "guest"  # the one may do everything, the other nothing
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
JVM = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
       "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


class Absent(Exception):
    """There is no Kafka here, and none could be fetched; the text says why."""


# ---- the jars ----

def cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("ANCHORAGE_TEST_CACHE") or pathlib.Path(base) / "anchorage-test")


def jars():
    return cache() / f"kafka-jars-{VERSION}"


def project():
    """What Maven is told to fetch, with all that it needs."""
    wanted = "".join(f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
                     for a, g, v in JARS)
    return ('<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
            "<groupId>anchorage.tests</groupId><artifactId>kafka</artifactId><version>1</version>"
            f"<dependencies>{wanted}</dependencies></project>")


def classes():
    """Kafka's classes as Java keeps them in memory: with them a broker starts in half the time."""
    return jars() / "classes.jsa"


def fetch():
    """Brings the jars unless they are there. Many may do so at once: the first that is ready wins."""
    if jars().is_dir():
        return
    if shutil.which("mvn") is None:
        raise Absent("there is no Maven here that could fetch Kafka's jars")
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=cache()) as folder:
        (pathlib.Path(folder) / "pom.xml").write_text(project())
        made = pathlib.Path(folder) / "jars"
        try:
            out = subprocess.run(["mvn", "-B", "-q", "-C", COPY, "-DincludeScope=runtime", f"-DoutputDirectory={made}"],
                                 cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=FETCH_S)
        except subprocess.TimeoutExpired:
            raise Absent(f"Maven did not bring Kafka's jars within {FETCH_S:.0f} s") from None
        if out.returncode != 0:
            raise Absent("Maven did not bring Kafka's jars: " + (out.stdout + out.stderr).strip()[-1000:])
        try:
            made.rename(jars())
        except OSError:
            if not jars().is_dir():
                raise


def install():
    fetch()
    if classes().exists():
        return
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        made = pathlib.Path(folder) / "classes"
        with Kafka(java=(f"-XX:ArchiveClassesAtExit={made}",)) as broker:
            broker.start().stop()
        if made.exists():  # else this Java cannot
            made.rename(classes())


# ---- certificates ----

def make_certificates(folder):
    """ca.pem, which clients trust, and broker.pem: a key and a certificate that the former signed."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"]

    def make(*args):
        subprocess.run(["openssl", "req", "-x509", *key, *args], check=True, capture_output=True, cwd=folder)

    make("-subj", "/CN=a CA of the tests", "-keyout", "ca-key.pem", "-out", "ca.pem")
    make("-subj", "/CN=localhost", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", "basicConstraints=CA:FALSE",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem")
    (folder / "broker.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())


# ---- the broker ----

class Kafka:
    """With a password it asks for one, by PLAIN and by SCRAM: USER may do everything, GUEST, who has the same one,
    nothing but what `allow` says.

    Topics are made by those who ask for it, never by being named. What was acknowledged is there again after a kill.
    `read` and `write` go by kcat, a client that is not ours."""

    def __init__(self, password="", tls=False, java=None):
        for program in PROGRAMS:
            if shutil.which(program) is None:
                raise Absent(f"there is no {program} here")
        if java is None:
            install()
        self.java = (f"-XX:SharedArchiveFile={classes()}", "-Xlog:cds=off") if java is None else java
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="anc-kafka-"))
        self.password, self.tls, self.process = password, tls, None
        self.port, self.control = free_port(), free_port()
        self.brokers, self.ca = f"127.0.0.1:{self.port}", self.folder / "ca.pem"
        self.security = ("sasl_" if password else "") + ("ssl" if tls else "plaintext")
        if tls:
            make_certificates(self.folder)
        self._configure()

    def _configure(self):
        settings = {
            "process.roles": "broker,controller", "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.control}",
            "listeners": f"CLIENT://{self.brokers},CONTROL://127.0.0.1:{self.control}",
            "advertised.listeners": f"CLIENT://{self.brokers}",
            "listener.security.protocol.map": f"CLIENT:{self.security.upper()},CONTROL:PLAINTEXT",
            "controller.listener.names": "CONTROL", "inter.broker.listener.name": "CLIENT",
            "log.dirs": self.folder / "data", "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": 1, "offsets.topic.replication.factor": 1,
            "group.initial.rebalance.delay.ms": 0, "log.cleaner.dedupe.buffer.size": 8 << 20,
            # after a kill the old session has to run out first
            "broker.session.timeout.ms": 1000, "broker.heartbeat.interval.ms": 200,
            "num.network.threads": 2, "num.io.threads": 2, "background.threads": 2,
        }
        if self.tls:
            settings |= {"ssl.keystore.type": "PEM", "ssl.keystore.location": self.folder / "broker.pem",
                         "ssl.truststore.type": "PEM", "ssl.truststore.location": self.ca}
        if self.password:
            users = "".join(f' user_{name}="{self.password}"' for name in (USER, GUEST))
            settings |= {f"listener.name.client.{name.lower()}.sasl.jaas.config":
                         "org.apache.kafka.common.security.scram.ScramLoginModule required;" for name in SCRAM}
            settings |= {
                "sasl.enabled.mechanisms": ",".join(("PLAIN", *SCRAM)), "sasl.mechanism.inter.broker.protocol": "PLAIN",
                "listener.name.client.plain.sasl.jaas.config":
                    "org.apache.kafka.common.security.plain.PlainLoginModule required "
                    f'username="{USER}" password="{self.password}"{users};',
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users": f"User:{USER};User:ANONYMOUS",  # who has no name is on CONTROL
            }
        (self.folder / "broker.properties").write_text("".join(f"{k}={v}\n" for k, v in settings.items()))

    def _java(self, *args):
        return ["setpriv", "--pdeathsig", "KILL", "java", *JVM, *self.java, "-cp", f"{jars()}/*", *args]

    def _format(self):
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        known = [word for name in (USER, GUEST) for scram in SCRAM if self.password
                 for word in ("--add-scram", f"{scram}=[name={name},password={self.password}]")]
        out = subprocess.run(self._java("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c",
                                        str(self.folder / "broker.properties"), *known),
                             capture_output=True, text=True, timeout=READY_S)
        assert out.returncode == 0, out.stdout + out.stderr

    def launch(self):
        """Begins to start; `ready` waits for it."""
        if not (self.folder / "data").exists():
            self._format()
        with open(self.folder / "broker.log", "ab") as log:
            self.process = subprocess.Popen(self._java("kafka.Kafka", str(self.folder / "broker.properties")),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ready(self):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if "broker 1 at" in self._kcat("-L", "-t", "none", "-m", "2").stdout:
                return self
            time.sleep(0.05)
        raise AssertionError(f"Kafka does not answer on port {self.port}: "
                             + (self.folder / "broker.log").read_text(errors="replace")[-2000:])

    def start(self):
        self.launch()
        return self.ready()

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=READY_S)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=READY_S)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- who may do what ----

    def allow(self, user, *rights):
        """Rights as "Write topic NAME", "Read group NAME"; a NAME that ends in * is a beginning. By librdkafka, since
        Kafka's own program for it is not among the jars."""
        lib = ctypes.CDLL("librdkafka.so.1")
        for name in ("conf_new", "new", "AclBinding_new", "queue_new", "queue_poll"):
            getattr(lib, f"rd_kafka_{name}").restype = ctypes.c_void_p
        why, size = ctypes.create_string_buffer(512), ctypes.c_size_t(512)
        conf = ctypes.c_void_p(lib.rd_kafka_conf_new())
        for name, value in ({"bootstrap.servers": self.brokers} | self._client("PLAIN")).items():
            assert lib.rd_kafka_conf_set(conf, name.encode(), str(value).encode(), why, size) == 0, why.value
        client = ctypes.c_void_p(lib.rd_kafka_new(0, conf, why, size))
        assert client, why.value
        bindings = (ctypes.c_void_p * len(rights))()
        for i, (operation, kind, name) in enumerate(r.split() for r in rights):
            beginning = name.endswith("*") and name != "*"
            bindings[i] = lib.rd_kafka_AclBinding_new(
                {"topic": 2, "group": 3, "cluster": 4}[kind], name.rstrip("*" if beginning else "").encode(),
                4 if beginning else 3, f"User:{user}".encode(), b"*",
                {"Read": 3, "Write": 4, "Create": 5, "Describe": 8}[operation], 3, why, size)
            assert bindings[i], why.value
        queue = ctypes.c_void_p(lib.rd_kafka_queue_new(client))
        lib.rd_kafka_CreateAcls(client, bindings, ctypes.c_size_t(len(rights)), None, queue)
        event = ctypes.c_void_p(lib.rd_kafka_queue_poll(queue, 30000))
        assert event and lib.rd_kafka_event_error(event) == 0, "the rights were not given"
        lib.rd_kafka_event_destroy(event)
        lib.rd_kafka_queue_destroy(queue)
        for binding in bindings:
            lib.rd_kafka_AclBinding_destroy(ctypes.c_void_p(binding))
        lib.rd_kafka_destroy(client)

    # ---- kcat ----

    def _client(self, mechanism):
        """What a client of librdkafka's needs to get in."""
        settings = {"security.protocol": self.security}
        if self.tls:
            settings["ssl.ca.location"] = self.ca
        if self.password:
            settings |= {"sasl.mechanism": mechanism, "sasl.username": USER, "sasl.password": self.password}
        return settings

    def _kcat(self, *args, stdin=None, mechanism="PLAIN"):
        settings = self._client(mechanism) | {"fetch.wait.max.ms": 10, "reconnect.backoff.max.ms": 100, "log_level": 2}
        options = [word for k, v in settings.items() for word in ("-X", f"{k}={v}")]
        return subprocess.run(["kcat", "-b", self.brokers, *options, *args], capture_output=True, text=True,
                              timeout=READY_S, input=stdin)

    def lets_in(self, mechanism):
        """Whether kcat gets in so."""
        return self._kcat("-L", "-t", "none", "-m", "5", mechanism=mechanism).returncode == 0

    def topics(self):
        """{name: partitions}, without Kafka's own"""
        out = self._kcat("-L", "-J")
        assert out.returncode == 0, out.stderr
        return {t["topic"]: len(t["partitions"]) for t in json.loads(out.stdout)["topics"]
                if not t["topic"].startswith("__")}

    def read(self, topic):
        """The messages of a topic, each partition's in order: topic, partition, offset, key, payload, headers."""
        out = self._kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J")
        assert out.returncode == 0, (topic, out.stderr)
        messages = [json.loads(line) for line in out.stdout.splitlines()]
        for m in messages:
            m["headers"] = dict(zip(m.get("headers", [])[::2], m.get("headers", [])[1::2]))
        return messages

    def read_all(self, topics):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(topics, pool.map(self.read, topics)))

    def write(self, topic, text, key=None, headers=()):
        """One message."""
        options = [word for k, v in dict(headers).items() for word in ("-H", f"{k}={v}")]
        options += ["-k", key] if key is not None else []
        file = self.folder / "message"
        file.write_text(text)
        out = self._kcat("-P", "-t", topic, "-X", "message.max.bytes=2000000", *options, str(file))
        assert out.returncode == 0, (topic, out.stderr)


def main(args):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["install"])
    parser.add_argument("--password", default="")
    parser.add_argument("--tls", action="store_true")
    wanted = parser.parse_args(args)
    if wanted.what == "install":
        install()
        return 0
    with Kafka(wanted.password, wanted.tls).start() as broker:
        print(broker.brokers, broker.security, broker.ca if broker.tls else "", flush=True)
        try:
            broker.process.wait()
        except KeyboardInterrupt:
            pass
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Absent as why:
        sys.exit(f"kafka.py: {why}")
