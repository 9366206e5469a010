"""TLS with a CA of the test's own: what is trusted, what is refused, and with which exit code and sentence."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import hook_runs
import pg_server

PASSWORD = "s3cret-p4ssword"


class Authority:
    """A CA in a folder; signs certificates with the openssl command."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate = self.path("crt")
        self.openssl("req", "-x509", *self.new_key(name), "-out", self.certificate, "-subj", f"/CN={name}", "-days", "2")

    def path(self, kind, name=None):
        return os.path.join(self.folder, f"{name or self.name}.{kind}")

    def new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.path("key", name)]

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, timeout=60)

    def sign(self, file, common_name, names="", days=2):
        """Paths of a new certificate and its key."""
        request, extensions = self.path("csr", file), self.path("ext", file)
        self.openssl("req", "-new", *self.new_key(file), "-out", request, "-subj", f"/CN={common_name}")
        with open(extensions, "w", encoding="ascii") as out:
            out.write(f"subjectAltName={names}\n" if names else "basicConstraints=CA:FALSE\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.path("key"),
                     "-CAcreateserial", "-out", self.path("crt", file), "-days", str(days), "-extfile", extensions)
        os.chmod(self.path("key", file), 0o600)
        return self.path("crt", file), self.path("key", file)


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        parent = tempfile.TemporaryDirectory()
        cls.addClassCleanup(parent.cleanup)
        cls.folder = parent.name
        os.chmod(cls.folder, 0o755)  # the server reads its certificate here, as another user
        cls.ca = Authority(cls.folder, "ca")
        cls.other_ca = Authority(cls.folder, "other-ca")
        certificate = cls.for_server(*cls.ca.sign("server", "localhost", "DNS:localhost"))
        cls.expired = cls.for_server(*cls.ca.sign("expired", "localhost", "DNS:localhost", days=-1))
        cls.client = cls.ca.sign("client", "certified")
        hba = os.path.join(cls.folder, "pg_hba.conf")
        with open(hba, "w", encoding="ascii") as file:
            file.write("host all postgres all scram-sha-256\nhostssl all certified all cert\n"
                       "hostssl all keeper all scram-sha-256\n")
        settings = {"ssl": "on", "ssl_cert_file": certificate[0], "ssl_key_file": certificate[1],
                    "ssl_ca_file": cls.ca.certificate, "hba_file": hba}
        cls.server = pg_server.PgServer(settings).__enter__()
        cls.addClassCleanup(cls.server.stop)
        cls.server.create_database("vault", owner="keeper", password=PASSWORD)
        cls.server.query("postgres", "CREATE ROLE certified LOGIN SUPERUSER")
        scripts = os.path.join(cls.folder, "sql")
        os.mkdir(scripts)
        hook_runs.write_project(scripts, {"R__seen.sql":
                                "CREATE OR REPLACE VIEW seen AS SELECT ssl, client_dn FROM pg_stat_ssl;\n"})
        cls.hook = hook_runs.Hook(hook_runs.HookCase.program, cls.server, scripts)

    @staticmethod
    def for_server(certificate, key):
        user = pg_server._server_user()
        if user:
            os.chown(key, user.pw_uid, user.pw_gid)
        return certificate, key

    def run_hook(self, phase, options, role="keeper", host="localhost", **variables):
        """`options` are libpq's, as keywords; the password goes as PGPASSWORD, as in a pod."""
        words = "".join(f" {name}={value}" for name, value in options.items())
        url = f"host={host} port={self.server.port} dbname=vault user={role}{words}"
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "WINDLASS_DATABASE_URL": url, **variables}
        if role == "keeper":
            environment["PGPASSWORD"] = PASSWORD
        result = subprocess.run(self.hook.command(phase), env=environment, capture_output=True, text=True, timeout=120)
        self.assertNotIn(PASSWORD, result.stdout + result.stderr)
        self.assertNotIn("PRIVATE KEY", result.stdout + result.stderr)
        return result

    def refused(self, code, sentence, hint, options, **more):
        result = self.run_hook("info", options, **more)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(sentence, "\n".join(hook_runs.messages(result.stderr)))
        self.assertIn(hint, result.stderr)
        self.assertNotIn("cannot reach the database yet", result.stderr, "waiting cures none of these")

    def trusting(self, **more):
        return {"sslmode": "verify-full", "sslrootcert": self.ca.certificate, **more}

    def serve(self, **settings):
        """Changes the server's settings for the time of one test."""
        change = lambda statements: self.server.query("postgres", "".join(s + ";\n" for s in statements) +
                                                      "SELECT pg_reload_conf()")
        change(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in settings.items())
        before = {**self.server._settings}
        self.addCleanup(change, [f"ALTER SYSTEM SET {name} = '{before[name]}'" for name in settings])

    def test_verify_full_with_scram_and_channel_binding(self):
        result = self.run_hook("migrate", self.trusting(channel_binding="require"))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_variables_of_libpq_count(self):
        variables = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": self.ca.certificate, "PGCHANNELBINDING": "require"}
        self.assertEqual(self.run_hook("info", {}, **variables).returncode, 0)
        self.refused(78, "does not match host name", "sslmode=verify-ca", {}, host="127.0.0.1", **variables)

    def test_a_certificate_of_another_authority(self):
        self.refused(78, "the server's certificate is not trusted: SSL error: certificate verify failed", "sslrootcert",
                     {"sslmode": "verify-full", "sslrootcert": self.other_ca.certificate})

    def test_an_expired_certificate(self):
        self.serve(ssl_cert_file=self.expired[0], ssl_key_file=self.expired[1])
        self.refused(78, "the server's certificate is not trusted: ", "must not be expired", self.trusting())

    def test_another_host_name(self):
        self.refused(78, 'does not match host name "127.0.0.1"', "sslmode=verify-ca", self.trusting(), host="127.0.0.1")
        self.assertEqual(self.run_hook("info", {**self.trusting(), "sslmode": "verify-ca"}, host="127.0.0.1").returncode, 0)

    def test_a_root_certificate_that_is_not_mounted(self):
        self.refused(78, 'root certificate file "/nowhere/ca.crt" does not exist', "PGSSLROOTCERT",
                     {"sslmode": "verify-full", "sslrootcert": "/nowhere/ca.crt"})

    def test_a_server_without_tls(self):
        self.serve(ssl="off")
        self.refused(78, "server does not support SSL, but SSL was required", "Turn ssl on", {"sslmode": "require"})

    def test_a_client_that_does_without_tls(self):
        self.refused(77, "no pg_hba.conf entry for host", "sslmode=require", {"sslmode": "disable"})
        self.refused(78, "channel binding required, but SSL not in use", "channel_binding=require needs TLS",
                     {"sslmode": "disable", "channel_binding": "require"}, role="postgres", PGPASSWORD=PASSWORD)

    def test_a_wrong_password_is_not_shown(self):
        self.refused(77, "password authentication failed", "Check the role", self.trusting(password="wrong"))

    def test_a_client_certificate(self):
        certificate, key = self.client
        keys = self.trusting(sslcert=certificate, sslkey=key)
        self.assertEqual(self.run_hook("info", keys, role="certified").returncode, 0)
        self.refused(77, "connection requires a valid client certificate", "sslcert and sslkey", self.trusting(),
                     role="certified")
        other = self.ca.sign("stranger", "stranger")
        self.refused(77, 'certificate authentication failed for user "certified"', "common name",
                     self.trusting(sslcert=other[0], sslkey=other[1]), role="certified")

    def test_a_client_certificate_of_another_authority(self):
        certificate, key = self.other_ca.sign("foreign", "certified")
        self.refused(77, "the server refused the client certificate: ", "ssl_ca_file",
                     self.trusting(sslcert=certificate, sslkey=key), role="certified")

    def test_an_expired_client_certificate(self):
        certificate, key = self.ca.sign("late", "certified", days=-1)
        self.refused(77, "the server refused the client certificate: ", "renew",
                     self.trusting(sslcert=certificate, sslkey=key), role="certified")

    def test_keys_that_cannot_be_used(self):
        certificate, key = self.client
        self.refused(78, "certificate present, but not private key file", "PGSSLKEY",
                     self.trusting(sslcert=certificate, sslkey="/nowhere/client.key"), role="certified")
        readable = os.path.join(self.folder, "readable.key")
        shutil.copy(key, readable)
        os.chmod(readable, 0o644)
        self.refused(78, "has group or world access", "defaultMode 0640",
                     self.trusting(sslcert=certificate, sslkey=readable), role="certified")
        stranger = self.ca.sign("pair", "certified")[1]
        self.refused(78, "key values mismatch", "one pair",
                     self.trusting(sslcert=certificate, sslkey=stranger), role="certified")


if __name__ == "__main__":
    if not shutil.which("openssl") and os.environ.get("CI") != "true":
        print("openssl is not installed", file=sys.stderr)
        sys.exit(77)
    hook_runs.main()
