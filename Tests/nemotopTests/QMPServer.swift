/// A program that stands for two QEMUs, at the sockets `a.sock` and `b.sock` of its folder, with a guest on the first;
/// it writes down each command in `calls`, as `HOST COMMAND`.
enum QMPServer {
  /// How the migration goes, or what is wrong with the first of them.
  enum Behavior: String, CaseIterable {
    /// Ends after some looks.
    case success
    /// Goes on until it is called off.
    case endless
    /// Ends badly, with QEMU's reason.
    case failed
    /// The command itself is refused.
    case refused
    /// Says nothing, from the beginning.
    case mute
    /// Says nothing more once the migration has begun.
    case stalled
    /// Speaks another protocol.
    case nonsense
    /// Answers the question for the migration with what is no such answer.
    case babble
    /// Hangs up at once.
    case closed
    /// Hangs up once the migration has begun.
    case lost
    /// Sends without end, and never a line.
    case flood
  }

  /// Python's; the arguments are the behavior.
  static let script = """
    import json, os, socket, sys, threading, time
    behavior = sys.argv[1]
    calls = open('calls', 'a', buffering=1)
    lock = threading.Lock()
    state = {'on': 'a', 'migration': 'none', 'looks': 0}
    odd = lambda host: host == 'a'

    def answer(host, request):
        name = request['execute']
        calls.write(f'{host} {name}\\n')
        if name == 'query-status':
            if host == state['on']: return {'status': 'running', 'running': True}
            if host == 'b': return {'status': 'inmigrate', 'running': False}
            return {'status': 'postmigrate', 'running': False}
        if name == 'query-migrate':
            if host != 'a' or state['migration'] == 'none': return {}
            if odd(host) and behavior == 'babble': return [1, {'status': 7}]
            if state['migration'] == 'active':
                state['looks'] += 1
                if behavior == 'success' and state['looks'] > 3:
                    state['migration'] = 'completed'; state['on'] = 'b'
                if behavior == 'failed' and state['looks'] > 3: state['migration'] = 'failed'
            told = {'status': state['migration']}
            if told['status'] == 'completed':
                told.update({'total-time': 1234, 'downtime': 56, 'ram': {'dirty-sync-count': 3}})
            if told['status'] == 'failed': told['error-desc'] = 'the other side broke the pipe'
            return told
        if name == 'migrate': state['migration'] = 'active'; state['looks'] = 0
        if name == 'migrate_cancel': state['migration'] = 'cancelled'
        return {}

    def serve(host, client):
        say = lambda message: client.sendall(json.dumps(message).encode() + b'\\r\\n')
        if odd(host):
            if behavior == 'mute': time.sleep(600)
            if behavior == 'closed': return
            if behavior == 'nonsense': client.sendall(b'SSH-2.0-\\x1b[31mOpenSSH\\r\\n')
            if behavior == 'flood':
                while True: client.sendall(b'{' * 65536)
        say({'QMP': {'version': {'qemu': {'major': 9}}, 'capabilities': []}})
        for line in client.makefile():
            request = json.loads(line)
            with lock:
                begun = state['migration'] != 'none'
                if odd(host) and begun and behavior == 'stalled': time.sleep(600)
                if odd(host) and begun and behavior == 'lost': return
                if odd(host) and behavior == 'refused' and request['execute'] == 'migrate':
                    error = {'class': 'GenericError', 'desc': 'a device cannot migrate'}
                    say({'error': error, 'id': request['id']}); continue
                say({'event': 'STOP', 'timestamp': {'seconds': 1, 'microseconds': 2}})
                say({'return': answer(host, request), 'id': request['id']})

    def closing(host, client):
        try: serve(host, client)
        except OSError: pass
        finally: client.shutdown(socket.SHUT_RDWR); client.close()

    def listen(host):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f'{host}.new'); listener.listen(); os.rename(f'{host}.new', f'{host}.sock')
        while True:
            threading.Thread(target=closing, args=(host, listener.accept()[0]), daemon=True).start()

    threading.Thread(target=listen, args=('b',), daemon=True).start()
    listen('a')
    """
}
