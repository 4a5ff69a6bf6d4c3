# zsh, $ZDOTDIR/.zshrc.
transom() { emulate -L sh; __transom_command "$@"; }
__transom_told=$__transom_gen
# Runs at the first prompt: also after somebody has interrupted ~/.zshrc.
__transom_first() {
  emulate -L zsh
  precmd_functions=(${precmd_functions:#__transom_first} __transom_prompt)
  if [[ -z $__transom_bare ]]; then
    builtin eval "${__transom_env//export ZDOTDIR=/__transom_it=}" 2>/dev/null
    builtin cd -q -- "$__transom_start" 2>/dev/null
  fi
  export PATH="$__transom_path"
  [[ -z $__transom_zdot_was ]] || export ZDOTDIR="$__transom_zdot_was"
  unset OLDPWD __transom_env __transom_it __transom_start __transom_zdot __transom_zdot_was
  __transom_prompt
  [ -n "$__transom_quiet" ] || builtin printf '\033]7337;transom;ready;%s\007' "$__transom_kind"
}
__transom_prompt() { emulate -L sh; __transom_hint; }
precmd_functions=(__transom_first)
__transom_zdot_was=$__transom_zdot
if [[ -n $__transom_zdot ]]; then ZDOTDIR=$__transom_zdot; else unset ZDOTDIR; fi
[[ ${HISTFILE-} != $__transom_zdir/* ]] || HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE##*/}
command rm -rf -- "$__transom_zdir" 2>/dev/null &!
unset __transom_zdir
if [[ -n $__transom_bare ]]; then
  PS1='%n@%m:%~%# '
elif [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then
  source "${ZDOTDIR:-$HOME}/.zshrc"
fi
unsetopt errexit errreturn
[[ -t 0 ]] || exec </dev/tty
[[ -t 1 ]] || exec >/dev/tty
[[ -t 2 ]] || exec 2>/dev/tty
precmd_functions=(${precmd_functions:#__transom_first} __transom_first)
