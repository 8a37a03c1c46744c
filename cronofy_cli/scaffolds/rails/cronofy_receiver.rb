# Cronofy's push notifications: which are Cronofy's, and what has to be read because of them.
#
# A handler gives the raw body and the header to `take` and answers with the status that it returns. By then the
# notification is on disk, in a PStore with the earliest `changes_since` of each channel: repeats, late ones and bursts
# become one read. A thread reads the changed events, here in the process; what fails stays on disk and is tried again.
# With more than one process, or with Active Job, keep the two tables in your database and call `read_unread` in a job.
require "json"
require "net/http"
require "openssl"
require "pstore"
require "rack/utils"
require "time"

class CronofyReceiver
  OVERLAP_S = 5 # each read begins a little before changes_since; what was seen before is dropped
  RETRY_S = 60
  TIMEOUT_S = 30

  # The block gets an event as Read Events has it, once in each state; a deleted one has "deleted" => true.
  def initialize(environment = ENV, &on_event)
    @on_event = on_event
    @secrets = environment.fetch("CRONOFY_CLIENT_SECRET").split(",").map(&:strip) # several while they are rotated
    @api_url = environment.fetch("CRONOFY_API_URL", "https://api.cronofy.com")
    @environment = environment
    @store = PStore.new(environment.fetch("CRONOFY_INBOX", "cronofy-inbox.pstore"), true)
    @store.ultra_safe = true
    @wake = Queue.new
  end

  # Returns the status to answer with: 401 for what Cronofy did not sign, else 200. Never waits for Cronofy.
  def take(body, signatures)
    return 401 unless from_cronofy?(body, signatures)

    document = JSON.parse(body.dup.force_encoding("UTF-8"))
    notification, channel = document.values_at("notification", "channel")
    remember(channel.fetch("channel_id"), notification.fetch("changes_since")) if notification["type"] == "change"
    200
  rescue JSON::ParserError, TypeError, KeyError, NoMethodError
    200 # signed by Cronofy and not known here: 2xx all the same, or Cronofy sends it for 24 hours
  end

  # Reads what is unread, now and whenever something comes, on a thread of its own.
  def start
    Thread.new do
      loop do
        read_unread
        @wake.pop
      rescue StandardError => error
        warn "changed events could not be read; tried again in #{RETRY_S} s: #{error.message}"
        sleep RETRY_S
      end
    end
    self
  end

  # Reads the events behind all notifications that were not read yet.
  def read_unread
    @store.transaction(true) { @store.fetch(:unread, {}).to_a }.each do |channel, since|
      changed_events(channel, since) { |event| hand_on(event) }
      # An earlier one may have come meanwhile: then it stays.
      @store.transaction { @store[:unread] = @store.fetch(:unread, {}).reject { |key, kept| key == channel && kept >= since } }
    end
  end

  # Returns the token of the account that a channel belongs to. Replace this: most applications have many.
  def access_token(_channel)
    @environment.fetch("CRONOFY_ACCESS_TOKEN")
  end

  private

  def from_cronofy?(body, signatures)
    sent = signatures.to_s.split(",").map { |digest| digest.strip.b }
    known = @secrets.map { |secret| [OpenSSL::HMAC.digest("SHA256", secret, body)].pack("m0").b }
    known.any? { |ours| sent.any? { |theirs| Rack::Utils.secure_compare(ours, theirs) } }
  end

  def remember(channel, since)
    @store.transaction do
      unread = @store.fetch(:unread, {})
      @store[:unread] = unread.merge(channel => [unread[channel], since].compact.min)
    end
    @wake << true
  end

  def changed_events(channel, since, &block)
    start = (Time.iso8601(since) - OVERLAP_S).utc.iso8601
    url = URI("#{@api_url}/v1/events")
    url.query = URI.encode_www_form(tzid: "Etc/UTC", include_deleted: true, last_modified: start)
    while url
      page = JSON.parse(get(url, access_token(channel)))
      page.fetch("events").each(&block)
      following = page.fetch("pages")["next_page"]
      url = following && URI(following)
    end
  end

  def get(url, token)
    options = { use_ssl: url.scheme == "https", open_timeout: TIMEOUT_S, read_timeout: TIMEOUT_S }
    answer = Net::HTTP.start(url.host, url.port, **options) do |http|
      http.get(url.request_uri, "Authorization" => "Bearer #{token}")
    end
    raise "Read Events answered #{answer.code}" unless answer.is_a?(Net::HTTPSuccess)

    answer.body
  end

  # Hands an event on, unless it was handed on in this very state.
  def hand_on(event)
    uid, state = event.fetch("event_uid"), JSON.generate(event)
    return if @store.transaction(true) { @store.fetch(:seen, {})[uid] } == state

    @on_event.call(event)
    @store.transaction { @store[:seen] = @store.fetch(:seen, {}).merge(uid => state) }
  end
end
