(function () {
  var index = JSON.parse(document.getElementById("index").textContent);
  var field = document.getElementById("search"), list = document.getElementById("found");
  function score(entry, words) {
    var title = entry.t.toLowerCase(), terms = entry.x.toLowerCase(), total = 0;
    for (var i = 0; i < words.length; i++) {
      if (title.indexOf(words[i]) === 0) total += 4;
      else if (title.indexOf(words[i]) > 0) total += 3;
      else if (terms.indexOf(words[i]) >= 0) total += 1;
      else return 0;
    }
    return total;
  }
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!words.length) return;
    var hits = index.map(function (entry) { return { e: entry, s: score(entry, words) }; })
      .filter(function (hit) { return hit.s; })
      .sort(function (a, b) { return b.s - a.s || a.e.t.localeCompare(b.e.t); }).slice(0, 30);
    hits.forEach(function (hit) {
      var item = document.createElement("li"), anchor = document.createElement("a");
      anchor.href = hit.e.u;
      anchor.textContent = hit.e.t;
      item.appendChild(anchor);
      item.appendChild(document.createTextNode(" (" + hit.e.k + ")"));
      list.appendChild(item);
    });
    if (!hits.length) list.textContent = "Nothing found.";
  });
})();
