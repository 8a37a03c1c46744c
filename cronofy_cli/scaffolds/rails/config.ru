require_relative "app"

Handler.receiver = CronofyReceiver.new { |event| on_event(event) }.start
run Handler
