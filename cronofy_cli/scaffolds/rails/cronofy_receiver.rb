# Cronofy's push notifications: which are Cronofy's, and what has to be read because of them.
#
# A handler gives the raw body and the header to `take` and answers with the status that it returns. By then the
# notification is on disk, in a PStore with the earliest `changes_since` of each channel: repeats, late ones and bursts
# become one read. A thread reads the changed events, here in the process; what fails stays on disk and is tried again,
# and holds nothing else up. With more than one process, or with Active Job, keep both stores in your database and call
# `read_unread` in a job.
require "digest"
require "fileutils"
require "json"
require "net/http"
require "openssl"
require "pstore"
require "rack/utils"
require "time"

class CronofyReceiver
  OVERLAP_S = 5 # each read begins a little before changes_since; what was seen before is dropped
  SEEN_S = 30 * 86_400
  RETRY_S = 60
  TIMEOUT_S = 30

  # The block gets an event as Read Events has it, once, or again after a crash; a deleted one has "deleted" => true.
  def initialize(environment = ENV, &on_event)
    @on_event = on_event
    # Several while secrets are rotated. An empty one would take what anybody can sign.
    @secrets = environment.fetch("CRONOFY_CLIENT_SECRET", "").split(",").map(&:strip).reject(&:empty?)
    raise ArgumentError, "CRONOFY_CLIENT_SECRET is not set" if @secrets.empty?

    @api_url = environment.fetch("CRONOFY_API_URL", "https://api.cronofy.com")
    @environment = environment
    folder = environment.fetch("CRONOFY_INBOX", "cronofy-inbox")
    FileUtils.mkdir_p(folder, mode: 0o700) # events are nobody else's business
    @unread = store(folder, "unread") # channel => [since, count]
    @seen = store(folder, "seen") # event_uid => [state, time]
    @wake = Queue.new
  end

  # Returns the status to answer with: 401 for what Cronofy did not sign, else 200. Never waits for Cronofy.
  def take(body, signatures)
    return 401 unless from_cronofy?(body, signatures)

    change = change_of(body)
    remember(*change) if change # all else: 2xx all the same, or Cronofy sends it for 24 hours
    200
  end

  # Reads what is unread, now and whenever something comes, on a thread of its own.
  def start
    Thread.new do
      loop do
        went_well = read_unread
        went_well ? @wake.pop : wait_for_retry
      rescue StandardError => error
        warn "the inbox cannot be read; tried again in #{RETRY_S} s: #{error.message}"
        sleep RETRY_S
      end
    end
    self
  end

  # Reads the events behind all notifications that were not read yet; returns whether all of it went well.
  def read_unread
    rows = @unread.transaction(true) { @unread.roots.to_h { |channel| [channel, @unread[channel]] } }
    rows.map { |channel, (since, count)| read_channel(channel, since, count) }.all?
  end

  # Returns the token of the account that a channel belongs to. Replace this: most applications have many.
  def access_token(_channel)
    @environment.fetch("CRONOFY_ACCESS_TOKEN")
  end

  private

  def store(folder, name)
    PStore.new(File.join(folder, "#{name}.pstore"), true).tap { |made| made.ultra_safe = true }
  end

  def from_cronofy?(body, signatures)
    sent = signatures.to_s.split(",").map { |digest| digest.strip.b }
    known = @secrets.map { |secret| [OpenSSL::HMAC.digest("SHA256", secret, body)].pack("m0").b }
    known.any? { |ours| sent.any? { |theirs| Rack::Utils.secure_compare(ours, theirs) } }
  end

  # Returns the channel and changes_since of a change; nil for everything else.
  def change_of(body)
    document = JSON.parse(body.dup.force_encoding("UTF-8"))
    notification, channel = document.values_at("notification", "channel")
    return unless notification["type"] == "change" && channel["channel_id"].is_a?(String)

    Time.iso8601(notification["changes_since"])
    [channel["channel_id"], notification["changes_since"]]
  rescue JSON::ParserError, TypeError, ArgumentError, NoMethodError
    nil
  end

  def remember(channel, since)
    @unread.transaction do
      before, count = @unread[channel]
      @unread[channel] = [[before, since].compact.min, count.to_i + 1]
    end
    @wake << true
  end

  def wait_for_retry
    Timeout.timeout(RETRY_S) { @wake.pop }
  rescue Timeout::Error
    nil
  end

  def read_channel(channel, since, count)
    handed, is_done = {}, true
    changed_events(channel, since) { |event| is_done = hand_on(event, handed) && is_done }
    # Another one may have come meanwhile: then it is read once more.
    @unread.transaction { @unread.delete(channel) if is_done && @unread[channel]&.last == count }
    is_done
  rescue StandardError => error
    # 401: the token has ended or was revoked; access_token has to return another one.
    warn "the events of #{channel} cannot be read; tried again in #{RETRY_S} s: #{error.message}"
    false
  ensure
    keep(handed) if handed&.any?
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

  # Hands an event on, unless it was handed on in this very state; returns whether it was taken.
  def hand_on(event, handed)
    uid, state = event.fetch("event_uid"), Digest::SHA256.base64digest(JSON.generate(event))
    @known ||= @seen.transaction(true) { @seen.roots.to_h { |key| [key, @seen[key]] } }
    return true if @known[uid]&.first == state

    @on_event.call(event)
    @known[uid] = handed[uid] = [state, Time.now.to_i]
    true
  rescue StandardError => error
    warn "the event #{uid} was not taken; tried again in #{RETRY_S} s: #{error.message}"
    false
  end

  # Writes once for all events of a read: a PStore is written whole.
  def keep(handed)
    @seen.transaction do
      handed.each { |uid, state| @seen[uid] = state }
      oldest = Time.now.to_i - SEEN_S
      @seen.roots.each { |uid| @seen.delete(uid) if @seen[uid].last < oldest }
    end
  end
end
