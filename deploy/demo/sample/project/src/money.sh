# Money is counted in cents.

to_cents() {
  case $1 in
    *.*) whole=${1%.*} cents=${1#*.} ;;
    *) whole=$1 cents=00 ;;
  esac
  cents=${cents#0}
  echo $((whole * 100 + ${cents:-0}))
}

from_cents() {
  printf '%d.%02d\n' $(($1 / 100)) $(($1 % 100))
}
