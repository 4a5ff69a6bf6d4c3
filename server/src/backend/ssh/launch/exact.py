# Second stage in Python, without the single quote: exactly the snapshot, then the shell.
import os, re, stat
t, o = {}, {}
for n, v in os.environb.items():
    if n.startswith(b"__t_"):
        t[n[4:].decode()] = v
    else:
        o[n] = v
place = t["place"]
kind, why, e = b"none", "", {}
def ours(s):
    # Other users of the machine must not have had a hand in it.
    return s.st_uid in (os.geteuid(), 0) and not s.st_mode & 0o22
def say(text):
    os.write(2, b"[transom] " + text.encode("utf-8", "surrogateescape") + b"\n")
try:
    f = os.open(place + b"/env", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    d, s = os.lstat(place), os.fstat(f)
    if not stat.S_ISDIR(d.st_mode) or not ours(d):
        why = "its directory is not this account\x27s alone"
    elif not stat.S_ISREG(s.st_mode):
        why = "it cannot be read"
    elif not ours(s):
        why = "others could have written it"
    elif s.st_size > 16 << 20:
        why = "it is too large"
    else:
        with os.fdopen(f, "rb") as i:
            e = dict(x.split(b"=", 1) for x in i.read().split(b"\0") if x.find(b"=") > 0)
        if e:
            kind = b"exact"
        else:
            why = "it is empty"
except FileNotFoundError:
    pass
except OSError:
    why = "it cannot be read"
if kind == b"none":
    e = dict(o)
    if why:
        say("The snapshot of the build\x27s environment was not used: %s. This is the machine\x27s own." % why)
    else:
        say("There is no snapshot of the build\x27s environment on this machine: this is the machine\x27s own.")
for n in b"SHLVL OLDPWD _ PS1 PROMPT_COMMAND".split():
    e.pop(n, None)
for n in b"TERM COLORTERM TRANSOM TRANSOM_SESSION_ID TRANSOM_BUILD_ID SSH_CONNECTION SSH_CLIENT SSH_TTY PWD".split():
    e.pop(n, None)
    if n in o:
        e[n] = o[n]
if not (e.get(b"LC_ALL") or e.get(b"LC_CTYPE") or e.get(b"LANG")):
    e[b"LANG"] = t["lang"]
shell = b"/bin/sh"
for s in (t["shell"], e.get(b"SHELL"), o.get(b"SHELL"), b"/bin/bash", b"/usr/bin/bash", b"/usr/local/bin/bash"):
    if s and s[:1] == b"/" and not re.search(b"/(nologin|false|true)$", s) and os.path.isfile(s) and os.access(s, os.X_OK):
        shell = s
        break
name = os.path.basename(shell)
sort = "bash" if name.startswith(b"bash") else "zsh" if name.startswith(b"zsh") else ""
if re.match(b"(sh|dash|ash|busybox|m?ksh(93)?|yash)$", name):
    sort = "sh"
if kind == b"exact" and sort == "sh":
    odd = [n for n in e if not re.match(b"[A-Za-z_][A-Za-z0-9_]*$", n)]
    if odd:
        kind = b"approximate"
        say("The environment is approximate: %s does not pass on %d names that are not identifiers." % (name.decode(), len(odd)))
head = dict(t, kind=kind, path=e.get(b"PATH", b""), zdot=e.get(b"ZDOTDIR", b""), envfile=e.get(b"ENV", b""))
rc = b""
for n in "kit session build dir start place gen step bare quiet kind path zdot envfile".split():
    rc += b"__transom_%s=\x27%s\x27\n" % (n.encode(), head[n].replace(b"\x27", b"\x27\\\x27\x27"))
rc += t["common"] + b"\n"
def fd(text):
    # A file without a name; where the disk is full, a pipe.
    try:
        path = b"%s/transom-%d-%s" % (e.get(b"TMPDIR") or b"/tmp", os.getpid(), os.urandom(8).hex().encode())
        r = w = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)
        os.write(w, b" ")
        os.lseek(r, 0, 0)
    except OSError:
        r, w = os.pipe()
    os.write(w, b"exec %d<&-\n" % r + text)
    if w == r:
        os.lseek(r, 0, 0)
    os.set_inheritable(r, True)
    return b"/dev/fd/%d" % r
run = [name, b"-i"]
if sort == "bash":
    n = fd(rc + t["bash"] + b"\n")
    if t["bare"]:
        run = [name, b"--norc", b"-i"]
        e[b"PROMPT_COMMAND"] = b". " + n
    else:
        run = [name, b"--rcfile", n, b"-i"]
elif sort == "sh":
    e[b"ENV"] = fd(rc + t["sh"] + b"\n")
elif sort == "zsh":
    try:
        d = b"%s/transom-%d-%s" % (e.get(b"TMPDIR") or b"/tmp", os.getpid(), os.urandom(8).hex().encode())
        os.mkdir(d, 0o700)
        for n, text in ((b"/.zshenv", rc + t["zshenv"]), (b"/.zshrc", t["zsh"])):
            with open(d + n, "wb") as out:
                out.write(text + b"\n")
        e[b"ZDOTDIR"] = d
        run = [name, b"-di" if t["bare"] else b"-i"]
    except OSError:
        sort = ""
if not sort and not t["quiet"]:
    os.write(1, b"\033]7337;transom;ready;%s\007" % kind)
# One string of an environment may have 128 KiB on Linux: what no program can be given is left out.
for _ in range(100):
    try:
        os.execve(shell, run, e)
    except OSError as error:
        big = max(e, key=lambda n: len(e[n]))
        if error.errno != 7 or len(e[big]) <= 4096:
            say("%s does not start: %s" % (shell.decode(errors="replace"), error.strerror))
            break
        say("The environment is approximate: %s is too long to be passed on." % big.decode(errors="replace"))
        del e[big]
raise SystemExit(127)
