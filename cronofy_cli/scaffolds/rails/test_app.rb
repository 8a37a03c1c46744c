# The handler, against a simulated Cronofy: cronofy simulator exec -- ruby test_app.rb
ENV["RAILS_ENV"] = "test"
require "minitest/autorun"
require "puma"
require "tmpdir"
require_relative "app"

class HandlerTest < Minitest::Test
  def setup
    @handed = Queue.new
    @folder = Dir.mktmpdir
    environment = ENV.to_h.merge("CRONOFY_INBOX" => File.join(@folder, "inbox"))
    Handler.receiver = CronofyReceiver.new(environment) { |event| @handed << event }.start
    @server = Puma::Server.new(Handler)
    @server.add_tcp_listener("127.0.0.1", 0)
    @server.run
    port = @server.connected_ports.first
    call("Post", "#{ENV["CRONOFY_API_URL"]}/v1/channels", callback_url: "http://127.0.0.1:#{port}/cronofy/hook")
  end

  def teardown
    @server.stop(true)
    FileUtils.remove_entry(@folder)
  end

  def test_a_new_event_and_its_deletion_arrive
    event = call("Post", "#{ENV["CRONOFY_SIMULATOR_URL"]}/events", summary: "Lunch with Ada").fetch("event")
    refute wait_for(event)["deleted"]

    call("Delete", "#{ENV["CRONOFY_SIMULATOR_URL"]}/events/#{event["event_uid"]}")
    assert wait_for(event)["deleted"]
  end

  private

  def wait_for(event)
    Timeout.timeout(60) do
      loop do
        handed = @handed.pop
        return handed if handed["event_uid"] == event["event_uid"]
      end
    end
  end

  def call(method, address, body = nil)
    url = URI(address)
    request = Net::HTTP.const_get(method).new(url)
    request["Authorization"] = "Bearer #{ENV["CRONOFY_ACCESS_TOKEN"]}"
    request["Content-Type"] = "application/json"
    request.body = JSON.generate(body) if body
    answer = Net::HTTP.start(url.host, url.port) { |http| http.request(request) }
    raise "#{method} #{address}: #{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPSuccess)

    answer.body.to_s.empty? ? nil : JSON.parse(answer.body)
  end
end
