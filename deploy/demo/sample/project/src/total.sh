# price-list 2x9.99 1x5.00: the total of a basket.

sum=0
for item in "$@"; do
  count=${item%x*} price=${item#*x}
  sum=$((sum + count * $(to_cents "$price")))
done
from_cents $((sum - $(discount "$sum")))
