.PHONY: demo test bench kill

demo:
	@scripts/install demo
	@exec scripts/demo

test:
	@exec scripts/test

bench:
	@scripts/install demo
	@exec bench/run

kill:
	@scripts/install demo
	@exec scripts/kill-9
