# What every shell knows: which snapshot it has, whether there is a newer one, the command `transom`.
# Reads the snapshot's description without starting a program; it runs at every prompt.
__transom_read() {
  __transom_now= __transom_now_step= __transom_now_dir= __transom_now_shell=
  [ -n "$__transom_place" ] && [ -f "$__transom_place/env.json" ] && [ -r "$__transom_place/env.json" ] || return 1
  while IFS= read -r __transom_line || [ -n "$__transom_line" ]; do
    case $__transom_line in
      *'"generation"'*)
        __transom_now=${__transom_line#*'"generation"'}
        __transom_now=${__transom_now#*:}
        __transom_now=${__transom_now#"${__transom_now%%[0-9]*}"}
        __transom_now=${__transom_now%%[!0-9]*}
        ;;
    esac
    __transom_string step && __transom_now_step=$__transom_it
    __transom_string build_dir && __transom_now_dir=$__transom_it
    __transom_string shell && __transom_now_shell=$__transom_it
  done <"$__transom_place/env.json"
  case $__transom_now in '' | ??????????*) __transom_now=; return 1 ;; esac
}
__transom_string() {
  case $__transom_line in
    *"\"$1\":"*)
      __transom_it=${__transom_line#*"\"$1\":"}
      __transom_it=${__transom_it#*'"'}
      __transom_it=${__transom_it%%'"'*}
      # What is escaped there is too much for here.
      case $__transom_it in *[[:cntrl:]]* | *[\\]*) return 1 ;; esac
      return 0
      ;;
  esac
  return 1
}
__transom_after() {
  if [ -n "$1" ]; then
    printf ' after step "%s"' "$1"
  fi
}
# Says by OSC 7 where the shell is; only the percent sign has to be escaped.
__transom_here() {
  [ "${PWD-}" != "${__transom_said_dir-}" ] || return 0
  __transom_said_dir=${PWD-}
  __transom_rest=$__transom_said_dir __transom_it=
  case $__transom_rest in *[[:cntrl:]]*) return 0 ;; esac
  while :; do
    case $__transom_rest in
      *%*)
        __transom_it=$__transom_it${__transom_rest%%\%*}%25
        __transom_rest=${__transom_rest#*%}
        ;;
      *) break ;;
    esac
  done
  printf '\033]7;file://%s\007' "$__transom_it$__transom_rest"
}
__transom_hint() {
  __transom_status=$?
  __transom_here
  if __transom_read && [ "$__transom_now" -gt "${__transom_told:-0}" ]; then
    __transom_told=$__transom_now
    printf '[transom] environment updated%s - run: transom env reload\n' "$(__transom_after "$__transom_now_step")"
  fi
  return $__transom_status
}
__transom_command() {
  case "${1-}${2+ $2}" in
    env)
      if [ "$__transom_kind" = none ]; then
        printf 'this terminal has no snapshot of the environment of the build\n'
      else
        printf 'generation %s, captured%s%s\n' "$__transom_gen" "$(__transom_after "$__transom_step")" \
          "$([ "$__transom_kind" = exact ] || printf ' (approximate)')"
      fi
      if __transom_read && [ "$__transom_now" -gt "$__transom_gen" ]; then
        printf 'generation %s is there%s: transom env reload\n' "$__transom_now" \
          "$(__transom_after "$__transom_now_step")"
      fi
      ;;
    'env reload')
      case $__transom_kit in
        d=*)
          command exec /bin/sh -c 'k=$6; eval "$6"' transom "$__transom_session" "$__transom_build" reload \
            "$__transom_place" "$PWD" "$__transom_kit"
          ;;
      esac
      if ! command -v perl >/dev/null 2>&1; then
        printf 'transom: perl is not found any more; a new terminal has the new environment\n' >&2
        return 1
      fi
      command exec perl -e 'eval((split /\x1e/, $ARGV[6])[0]); die $@ if $@' -- "$__transom_session" \
        "$__transom_build" reload "$__transom_place" "$PWD" "$__transom_dir" "$__transom_kit"
      ;;
    cd)
      __transom_read || :
      if [ -z "${__transom_dir:=$__transom_now_dir}" ]; then
        printf 'transom: the build directory is not known\n' >&2
        return 1
      fi
      command cd -- "$__transom_dir"
      ;;
    *)
      printf 'usage: transom env | transom env reload | transom cd\n' >&2
      return 2
      ;;
  esac
}
