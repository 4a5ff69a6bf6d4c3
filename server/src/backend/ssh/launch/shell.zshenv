# zsh, $ZDOTDIR/.zshenv: the user's own files are looked for where they are.
__transom_env=$(export -p)
__transom_zdir=$ZDOTDIR
if [[ -n $__transom_zdot ]]; then ZDOTDIR=$__transom_zdot; else unset ZDOTDIR; fi
if [[ -z $__transom_bare && -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then
  source "${ZDOTDIR:-$HOME}/.zshenv"
fi
unsetopt errexit errreturn
__transom_zdot=${ZDOTDIR-}
ZDOTDIR=$__transom_zdir
