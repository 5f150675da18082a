// `yield*` in an async generator. Every answer of the inner iterator is waited for by the outer generator, which then
// comes back with it (`waiting`) the way it was asked: ECMA-262, 15.5.5.
function _async_generator_delegate(inner) {
  var waiting = false;
  var next = inner.next;

  function wait(answer) {
    waiting = true;
    return { done: false, value: new _overload_yield(answer, 1) };
  }

  function ask(method, value) {
    return wait(
      new Promise(function (resolve) {
        resolve(method.call(inner, value));
      }).then(function (answer) {
        if (Object(answer) !== answer) throw new TypeError('Iterator result ' + String(answer) + ' is not an object');
        var done = !!answer.done;
        return { done: done, value: answer.value };
      }),
    );
  }

  var outer = {
    next: function (value) {
      if (!waiting) return ask(next, value);
      waiting = false;
      return value;
    },
    throw: function (error) {
      if (waiting) {
        waiting = false;
        throw error;
      }
      var method = inner.throw;
      if (method != null) return ask(method, error);
      return wait(
        new Promise(function (resolve) {
          var close = inner.return;
          resolve(close == null ? {} : close.call(inner));
        }).then(function (answer) {
          if (Object(answer) !== answer) throw new TypeError('Iterator result ' + String(answer) + ' is not an object');
          throw new TypeError('The iterator does not provide a "throw" method');
        }),
      );
    },
    return: function (value) {
      if (waiting) {
        waiting = false;
        return value;
      }
      var method = inner.return;
      return method == null ? { done: true, value: value } : ask(method, value);
    },
  };
  outer[Symbol.iterator] = function () {
    return outer;
  };
  return outer;
}
