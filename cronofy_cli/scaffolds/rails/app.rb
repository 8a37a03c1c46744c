# A handler for Cronofy's push notifications, and the least that Rails needs around it: puma -b tcp://127.0.0.1:3000
#
# In an application of your own take the controller, its route, and the receiver as an initializer.
require "logger" # Rails 6 forgets it
require "action_controller/railtie"
require_relative "cronofy_receiver"

class Handler < Rails::Application
  config.load_defaults Rails.version.to_f
  config.eager_load = false
  config.secret_key_base = ENV.fetch("SECRET_KEY_BASE", "only-for-development")
  config.logger = Logger.new($stderr)
  config.log_level = :warn
  # The tunnel's name too: in development others are answered with 403. In production Rails allows all.
  config.hosts.push("localhost", "127.0.0.1", ".ngrok.app", ".ngrok-free.app", ".trycloudflare.com") if Rails.env.development?
  routes.append { post "/cronofy/hook", to: "cronofy#hook" }

  class << self
    attr_accessor :receiver
  end
end
Handler.initialize! # before the controller's class: until then there is no forgery check that could be skipped

class CronofyController < ActionController::Base
  skip_forgery_protection # a class below ActionController::API has none

  def hook
    body = request.raw_post # not params: those are parsed
    head Handler.receiver.take(body, request.headers["Cronofy-HMAC-SHA256"])
  end
end

# Does what the application does with a changed event.
def on_event(event)
  puts "#{event["deleted"] ? "deleted" : "changed"} #{event["event_uid"]} #{event["summary"]}"
end
