# Ten percent off from 100.00 on, rounded to the customer's advantage.

discount() {
  if [ "$1" -ge 10000 ]; then
    echo $((($1 + 9) / 10))
  else
    echo 0
  fi
}
