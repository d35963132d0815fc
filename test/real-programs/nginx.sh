# nginx: requests go on while its workers are replaced by a reload, and it ends gracefully.
set -eu
mkdir html logs
chmod 755 . html
printf 'first\n' >html/index.html
configure() {
  cat >nginx.conf <<CONF
worker_processes 2;
pid $PWD/nginx.pid;
error_log $PWD/logs/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $PWD/temp; proxy_temp_path $PWD/temp; fastcgi_temp_path $PWD/temp;
  uwsgi_temp_path $PWD/temp; scgi_temp_path $PWD/temp;
  server { listen unix:$PWD/socket; root $PWD/html; add_header Generation $1; }
}
CONF
}
configure 1
nginx -e "$PWD/logs/error.log" -c "$PWD/nginx.conf" # it goes into the background
python3 - "$PWD/socket" <<'PYTHON'
import http.client, os, signal, socket, sys, time


class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(sys.argv[1])


def get():
    connection = Connection("localhost")
    connection.request("GET", "/")
    response = connection.getresponse()
    body = response.read().decode().strip()
    connection.close()
    return response.getheader("Generation"), response.status, body


def conf(old, new):
    with open("nginx.conf") as file:
        text = file.read()
    with open("nginx.conf", "w") as file:
        file.write(text.replace(old, new))


print(get())
with open("nginx.pid") as file:
    master = int(file.read())
for generation in (2, 3):
    conf(f"Generation {generation - 1}", f"Generation {generation}")
    os.kill(master, signal.SIGHUP)
    seen = []
    while not seen or seen[-1] != str(generation):
        answer = get()  # an error ends us: no request may be lost
        assert answer[1:] == (200, "first"), answer
        if answer[0] not in seen:
            seen.append(answer[0])
    print("after the reload", seen[-1])
os.kill(master, signal.SIGQUIT)
while os.path.exists("nginx.pid"):
    time.sleep(0.02)
print("ended")
PYTHON
rm -rf nginx.conf logs temp socket
exit 4
