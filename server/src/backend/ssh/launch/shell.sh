# sh, dash, ash and ksh, as the file that $ENV names. They forget what a prompt does, so the hint stays.
transom() { __transom_command "$@"; }
__transom_told=$__transom_gen
if [ -n "$__transom_envfile" ]; then
  ENV=$__transom_envfile
  if [ -z "$__transom_bare" ] && [ -r "$ENV" ]; then
    . "$ENV"
    set +e
  fi
else
  unset ENV
fi
[ -t 0 ] || exec </dev/tty
[ -t 1 ] || exec >/dev/tty
[ -t 2 ] || exec 2>/dev/tty
if [ -n "$__transom_path" ]; then
  PATH=$__transom_path
  export PATH
fi
command cd -- "$__transom_start" 2>/dev/null
unset OLDPWD
PS1='$(__transom_hint)$PWD $ '
[ -n "$__transom_quiet" ] || printf '\033]7337;transom;ready;%s\007' "$__transom_kind"
