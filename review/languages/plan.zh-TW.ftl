# 需要做到什麼：每項變更一行，以及阻礙所在。

stands = { $day }：{ $outcome }
stands-points = { $day }：{ $outcome }，{ $points } 點，需要 { $needed }
plan-eligible = 不需要任何變更。
plan-undetermined = 不必變更，只是資料不足：即使將缺少的資料視為「無」，仍符合資格。
plan-plans = { $count ->
    [one] 需要做到：
   *[other] 需要做到（以下 { $count } 種任選其一，費用低者在前）：
}
plan-cannot_be_reached = 任何變更都無法達成。阻礙所在：
plan-cannot_be_reached-by = 任何變更、或等到 { $day } 都無法達成。阻礙所在：
plan-begins = { $day } 之前尚未生效：請詢問屆時所需的條件。
plan-ended = 已不再生效：於 { $day } 結束。
plan-unknown = 沒有找到方法，但不能確定沒有。已嘗試而仍不符合：
plan-cost = { $number }. 費用 { $cost }
plan-cost-page = { $number }. 費用 { $cost }
tell-first = 要依現況判定，請先提供：{ $what }。
as-long-as = 前提是 { $what } 可視為「無」
does-until = 僅至 { $day } 為止足夠：{ $people } 的認證於該日到期
all-do-until = 以上各項僅至 { $day } 為止足夠：{ $people } 的認證於該日到期。
costs-given = 費用依所給；未給者採用 Merit 的預設值。
costs-own = 費用為 Merit 的預設值，並非計劃的數字；可用 --costs FILE 取代。
decisions-made = 判定 { $decisions } 次；{ $digest }

## 變更

wait = 等到 { $day }
wait-only = 等到 { $day }：其他無須改變
raise = 將 { $title } 由 { $now } 提高到 { $figure }（{ $name }）
raise-untold = 使 { $title } 達到 { $figure }；目前未提供（{ $name }）
tell = { $title }：{ $value }（{ $name }）
tell-so = 使其如此：{ $title }（{ $name }）
certify = { $people } 取得認證：{ $certification }
certify-alike = { $people } 取得認證：{ $certification }，或同樣計入的其他 { $count } 項之一
attain = 然後獲得 { $title }（{ $rule }）
buy = { $is_alone ->
    [yes] 選擇「{ $title }」
   *[no] 然後選擇「{ $title }」
}
buy-for = { $is_alone ->
    [yes] 選擇「{ $title }」，{ $amount }
   *[no] 然後選擇「{ $title }」，{ $amount }
}
add = { $title }：再增加 { $count } 筆紀錄，{ $fields }
add-apart = { $title }：再增加 { $count } 筆紀錄，{ $fields }，{ $apart } 各不相同
serving = { $said }，用於 { $titles }
somebody-new = 一位新人員
new-person = 新人員 { $number }
new-people = 新人員 { $first } 至 { $last }

## 搜尋的依據

taken-as-nothing = 未提供而在此視為「無」：{ $what }。
taken-fact = { $title }（{ $name }）為 { $value }
taken-list = 清單 { $name } 為空
not-looked-at = 未檢視之處（{ $has_plans ->
    [yes] 更便宜的方法
   *[no] 方法
}可能藏在其中）：
limit-behind = 背後的規則過多，並未全部讀取
limit-later_day = 問的是較晚的日子
limit-other_days = 問的是其他日子，而其情況未知
limit-register = 取決於登記或預測
limit-figure = 計劃的數字未知
limit-mark_moves = 變更之後，須達到的數值可能不同
limit-exactly = 要求恰好為某個值
limit-date = 取決於日期
limit-other_value = 要求與所提供不同的值
limit-no_flag = 不是「是或否」的資料
limit-not_so = 要求某事不成立
limit-choice = 取決於選擇
limit-awards_for_awards = 互為條件的獲得只追蹤到此為止
limit-chosen_on_other_days = 只能在其他日子選擇
limit-rules_for_rules = 互為條件的規則只追蹤到此為止
limit-mark = 標準未知
limit-not_the_best = 數者取一，但不是最好的
limit-reckoned = 由其他數字計算，或屬於另一天
limit-steps = 級距過多，並未全部檢視
limit-several_lists = 要求同時列於數份清單的人員
limit-another_list = 現有人員或許可計入另一份清單
limit-records = 由紀錄計算
limit-rests_on_unknown = 計算所依據的值未知
limit-product = 為兩個數字的乘積
limit-not_together = 合成一個數字的兩個數字未同時變動
limit-no_version = 沒有施行中的版本
limit-another_case = 變更之後可能適用另一種情況，該情況未查看
limit-another_row = 變更之後可能適用表中另一列，該列未查看
limit-cheaper_tried = 嘗試過更便宜的方法但不成立：計入的項目隨之改變
limit-combinations = 變更的組合過多，並未全部檢視
limit-many_lists = 清單過多，未檢視同時計入數份清單的人員
limit-alternatives = 計算量過大，並未找遍其他方法
limit-mark_to_reach = 必須達到的標準未知
limit-case = 所要求的內容取決於未提供的資訊
limit-row = 適用表中哪一列未知
limit-to-tell = { $said }：請提供 { $names }
limit-max_changes = 只列出至多 { $names } 項變更的方法
limit-max_decisions = 一個問題至多判定 { $names } 次
limit-max_days = 有變化的日子只等最前面的 { $names } 天
