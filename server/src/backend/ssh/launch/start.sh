# First stage where there is no perl, for any POSIX sh: $1 session, $2 build, $3 manner (user, bare or reload), $4 on a reload
# the snapshot's directory, $5 the current directory. k is this whole text, d the build directory.
[ -t 0 ] || { ( : </dev/tty ) 2>/dev/null && exec </dev/tty; }
[ -t 1 ] || { ( : >/dev/tty ) 2>/dev/null && exec >/dev/tty; }
[ -t 2 ] || { ( : >/dev/tty ) 2>/dev/null && exec 2>/dev/tty; }
# Nobody looks for the marks on a reload.
case $3 in
  reload) __t_quiet=1 ;;
  *) __t_quiet= && printf '\033]7337;transom;started\007' ;;
esac
command -v tr >/dev/null 2>&1 || PATH=${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin
case $3 in
  bare) __t_bare=1; stty sane 2>/dev/null ;;
  *) __t_bare= ;;
esac
eval "$__t_common"
__transom_place=${4-}
if [ -z "$__transom_place" ]; then
  for __transom_p in "${TRANSOM_HOME:+$TRANSOM_HOME/builds/$2}" "/var/lib/transom/builds/$2" "${HOME:+$HOME/.transom/builds/$2}"; do
    if [ -n "$__transom_p" ] && [ -e "$__transom_p/env" ]; then
      __transom_place=$__transom_p
      break
    fi
  done
fi
if [ -z "$__transom_place" ]; then
  # Where it would come to be.
  if [ -d /var/lib/transom ] || [ -z "${HOME-}" ]; then
    __transom_place=/var/lib/transom/builds/$2
  else
    __transom_place=$HOME/.transom/builds/$2
  fi
fi
# The description first: an older one with a newer snapshot only hints once too often.
__transom_read || :
__t_kit=$k __t_session=$1 __t_build=$2 __t_place=$__transom_place
__t_gen=${__transom_now:-0} __t_step=$__transom_now_step __t_shell=$__transom_now_shell
__t_dir=${d:-$__transom_now_dir}
__t_start=${5:-$__t_dir}
if [ -n "$__t_start" ] && command cd -- "$__t_start" 2>/dev/null; then
  :
else
  command cd -- "${HOME:-/}" 2>/dev/null || command cd /
  if [ -n "$__t_start" ]; then
    printf '[transom] The build directory %s is not there yet. Go there later with: transom cd\n' "$__t_start"
  fi
  __t_start=$PWD
fi
__t_lang=C.UTF-8
[ -d /System/Library ] && __t_lang=en_US.UTF-8
TERM=${TERM:-xterm-256color} COLORTERM=truecolor TRANSOM=1 TRANSOM_SESSION_ID=$1 TRANSOM_BUILD_ID=$2
export TERM COLORTERM TRANSOM TRANSOM_SESSION_ID TRANSOM_BUILD_ID PATH PWD
export __t_kit __t_session __t_build __t_place __t_gen __t_step __t_shell __t_dir __t_start __t_lang
export __t_bare __t_quiet __t_common __t_bash __t_zsh __t_zshenv __t_sh
if command -v python3 >/dev/null 2>&1; then
  exec python3 -IS -c "$__t_python"
fi
eval "$__t_plain"
