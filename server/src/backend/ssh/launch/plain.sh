# Second stage where there is neither perl nor Python: names that are no identifiers are lost.
__t_file=$__transom_place/env __t_kind=none __t_why= __t_set=
__t_quote() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }
if [ -e "$__t_file" ] || [ -h "$__t_file" ]; then
  __t_me=$(id -u)
  # Other users of the machine must not have had a hand in it.
  if [ -z "$(find "$__transom_place" -prune -type d \( -user "$__t_me" -o -user 0 \) ! -perm -020 ! -perm -002)" ]; then
    __t_why="its directory is not this account's alone"
  elif [ -z "$(find "$__t_file" -prune -type f \( -user "$__t_me" -o -user 0 \) ! -perm -020 ! -perm -002)" ]; then
    __t_why="others could have written it"
  elif [ ! -r "$__t_file" ]; then
    __t_why="it cannot be read"
  else
    # A line for each variable, its newlines as the byte 1.
    __t_set=$(tr '\n\000' '\001\n' <"$__t_file" |
      LC_ALL=C sed -n "/^BASHOPTS=/d; /^SHELLOPTS=/d; /^E*UID=/d; /^PPID=/d; /^[A-Za-z_][A-Za-z0-9_]*=/{s/'/'\\\\''/g; s/=/='/; s/\$/'/; s/^/export /p;}" |
      tr '\001' '\n')
    if [ -n "$__t_set" ]; then
      __t_kind=exact
      __t_odd=$(tr '\n\000' '\001\n' <"$__t_file" | LC_ALL=C grep -c -v '^[A-Za-z_][A-Za-z0-9_]*=')
      __t_byte=$(tr -d -c '\001' <"$__t_file" | wc -c)
      if [ "$__t_odd" -gt 0 ] || [ "$__t_byte" -gt 0 ]; then
        __t_kind=approximate
        printf '[transom] The environment is approximate: without perl or Python %s variables cannot be set.\n' \
          "$((__t_odd + __t_byte))" >&2
      fi
    else
      __t_why="it is empty"
    fi
  fi
fi
if [ "$__t_kind" = none ]; then
  if [ -n "$__t_why" ]; then
    printf "[transom] The snapshot of the build's environment was not used: %s. This is the machine's own.\n" "$__t_why" >&2
  else
    printf "[transom] There is no snapshot of the build's environment on this machine: this is the machine's own.\n" >&2
  fi
fi
# The names to give up are asked of env, for only it has them all; values with newlines only add noise.
if [ "$__t_kind" != none ]; then
  for __t_name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
    case $__t_name in
      __t_* | TERM | COLORTERM | TRANSOM | TRANSOM_SESSION_ID | TRANSOM_BUILD_ID | SSH_CONNECTION | SSH_CLIENT | SSH_TTY | PWD | PATH | SHELL) ;;
      *) unset "$__t_name" ;;
    esac
  done
fi
__t_keep=
for __t_name in TERM COLORTERM TRANSOM TRANSOM_SESSION_ID TRANSOM_BUILD_ID SSH_CONNECTION SSH_CLIENT SSH_TTY PWD; do
  eval "__t_value=\${$__t_name-}"
  if [ -n "$__t_value" ]; then
    __t_keep="$__t_keep
export $__t_name=$(__t_quote "$__t_value")"
  else
    __t_keep="$__t_keep
unset $__t_name"
  fi
done
__t_old_shell=${SHELL-} __t_path=$PATH
[ "$__t_kind" = none ] || unset SHELL PATH
eval "$__t_set"
eval "$__t_keep"
unset SHLVL OLDPWD PROMPT_COMMAND
[ -n "${LC_ALL-}${LC_CTYPE-}${LANG-}" ] || export LANG="$__t_lang"
__t_chosen=/bin/sh
for __t_name in "$__t_shell" "${SHELL-}" "$__t_old_shell" /bin/bash /usr/bin/bash /usr/local/bin/bash; do
  case $__t_name in
    */nologin | */false | */true) ;;
    /*) if [ -f "$__t_name" ] && [ -x "$__t_name" ]; then __t_chosen=$__t_name; break; fi ;;
  esac
done
__t_snapshot_path=${PATH-} __t_had_path=${PATH+1}
PATH=$__t_path
__t_rc="exec 9<&-
"
__t_envfile=${ENV-} __t_zdot=${ZDOTDIR-}
__t_give() {
  __t_rc="$__t_rc
__transom_$1=$(__t_quote "$2")"
}
for __t_name in kit session build dir start place gen step bare quiet kind zdot envfile; do
  eval "__t_value=\${__t_$__t_name}"
  __t_give "$__t_name" "$__t_value"
done
__t_give path "$__t_snapshot_path"
case ${__t_chosen##*/} in
  bash*) __t_sort=bash __t_rest=$__t_bash ;;
  sh | dash | ash | busybox | ksh | mksh | ksh93 | yash) __t_sort=sh __t_rest=$__t_sh ;;
  zsh*) __t_sort=zsh __t_rest=$__t_zshenv ;;
  *) __t_sort= __t_rest= ;;
esac
__t_rc="$__t_rc
$__t_common
$__t_rest"
if [ "$__t_sort" = zsh ]; then
  __t_zdir=$(mktemp -d "${TMPDIR:-/tmp}/transom-XXXXXXXX") || __t_sort=
  printf '%s\n' "$__t_rc" >"$__t_zdir/.zshenv" && printf '%s\n' "$__t_zsh" >"$__t_zdir/.zshrc"
fi
unset __t_kit __t_session __t_build __t_dir __t_start __t_place __t_gen __t_step __t_shell __t_lang
unset __t_common __t_bash __t_zsh __t_zshenv __t_sh __t_perl __t_python __t_plain __t_value __t_set __t_keep
if [ -n "$__t_had_path" ]; then PATH=$__t_snapshot_path; export PATH; else unset PATH; fi
__t_kind_was=$__t_kind __t_bare_was=$__t_bare __t_quiet_was=$__t_quiet
unset __t_kind __t_bare __t_quiet
case $__t_sort in
  bash)
    if [ -n "$__t_bare_was" ]; then
      PROMPT_COMMAND='. /dev/fd/9'
      export PROMPT_COMMAND
      set -- --norc -i
    else
      set -- --rcfile /dev/fd/9 -i
    fi
    ;;
  sh)
    ENV=/dev/fd/9
    export ENV
    set -- -i
    ;;
  zsh)
    ZDOTDIR=$__t_zdir
    export ZDOTDIR
    if [ -n "$__t_bare_was" ]; then set -- -di; else set -- -i; fi
    ;;
  *)
    set -- -i
    [ -n "$__t_quiet_was" ] || printf '\033]7337;transom;ready;%s\007' "$__t_kind_was"
    ;;
esac
exec "$__t_chosen" "$@" 9<<TRANSOM
$__t_rc
TRANSOM
