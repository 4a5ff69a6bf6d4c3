# What can be done here: make help

TARGET := $(or $(CARGO_TARGET_DIR),target)
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' 2>/dev/null)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.DEFAULT_GOAL := help
.PHONY: demo test lint bench web build install install-tests clean help

# The development build is there in half the time, and the tests use the same.
demo: install web ## start Transom with a demo dashboard and print the link to click
	cargo build --locked --bin transom
	@exec deploy/demo/run --transom $(TARGET)/debug/transom

test: install-tests web tests/browser/node_modules/.package-lock.json ## lint, and run every test there is
	@node scripts/check.mjs lint test

lint: install web tests/browser/node_modules/.package-lock.json ## formats, lints and types of everything
	@node scripts/check.mjs lint

bench: web tests/browser/node_modules/.package-lock.json ## measure; figures go to target/bench (BENCH='echo bulk' for some)
	tests/bench/peers.sh target/bench-peers
	cargo build --release --locked --bin transom --bin bench
	$(TARGET)/release/bench $(BENCH)

web: web/dist/index.html ## build the front end

build: web ## build the server for production, with the front end in it
	cargo build --release --locked --bin transom

install: ## install what the demo needs and is missing
	@deploy/install.sh

install-tests: ## install what the tests need and is missing
	@deploy/install.sh --tests
	@tests/tigervnc.sh target/test-peers/tigervnc

clean: ## remove what was built
	rm -rf web/dist web/node_modules tests/browser/node_modules target

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

# The server carries the front end inside, so this comes before cargo.
web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	@touch $@
