# Node.js, which a signal of its own ends.
exec node "$HERE/node.mjs"
