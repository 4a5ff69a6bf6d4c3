# bash: read as its rc file, or, where it must not read any, by its first prompt.
transom() { __transom_command "$@"; }
__transom_told=$__transom_gen
# Runs at the first prompt, at top level: also after somebody has interrupted ~/.bashrc.
__transom_first='
builtin set +e
builtin trap - ERR
if [ -n "$__transom_env" ]; then
  builtin eval "$__transom_env" 2>/dev/null
  builtin cd -- "$__transom_start" 2>/dev/null
  builtin unset -v OLDPWD
fi
for __transom_it in ${__transom_theirs[@]+"${__transom_theirs[@]}"}; do
  builtin eval "$__transom_it"
done
if [ "${PROMPT_COMMAND-}" != "$__transom_ours" ]; then
  PROMPT_COMMAND=${PROMPT_COMMAND/"$__transom_ours"/__transom_hint}
elif [ "$__transom_list" = 1 ]; then
  builtin unset -v PROMPT_COMMAND
  PROMPT_COMMAND=(__transom_hint "${__transom_theirs[@]}")
else
  PROMPT_COMMAND="__transom_hint${__transom_theirs[0]:+
${__transom_theirs[0]}}"
fi
builtin unset -v __transom_env __transom_first __transom_ours __transom_theirs __transom_list __transom_it __transom_start
__transom_here
[ -n "$__transom_quiet" ] || builtin printf "\033]7337;transom;ready;%s\007" "$__transom_kind"
'
__transom_ours='builtin eval "$__transom_first"'
__transom_theirs=()
__transom_list=
if [ -n "$__transom_bare" ]; then
  unset -v PROMPT_COMMAND
  PROMPT_COMMAND=$__transom_ours
  __transom_env=
  PS1='\u@\h:\w\$ '
  builtin eval "$__transom_first"
else
  PROMPT_COMMAND=$__transom_ours
  __transom_env=
  if [ -e ~/.bashrc ]; then
    __transom_env=$(export -p)
    . ~/.bashrc
  fi
  builtin set +e
  builtin trap - ERR
  [ -t 0 ] || exec </dev/tty
  [ -t 1 ] || exec >/dev/tty
  [ -t 2 ] || exec 2>/dev/tty
  # From bash 5.1 on it may be a list.
  [ "${#PROMPT_COMMAND[@]}" -le 1 ] || __transom_list=1
  if [ "${PROMPT_COMMAND-}" != "$__transom_ours" ] || [ -n "$__transom_list" ]; then
    for __transom_it in ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"}; do
      [ "$__transom_it" = "$__transom_ours" ] || __transom_theirs[${#__transom_theirs[@]}]=$__transom_it
    done
    builtin unset -v PROMPT_COMMAND
    PROMPT_COMMAND=$__transom_ours
  fi
fi
